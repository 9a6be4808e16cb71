// Names of accounts: which are allowed, and which are confusable with each other.
//
// Pure functions over UTF-8. The Unicode rules come from ICU (UAX #15, UTS #39).
#pragma once

#include <string>
#include <string_view>

#include "domain/errc.hpp"

namespace colo {

/// A name in the forms that are compared. No two accounts share one of these, except that
/// accounts created before the loose skeletons existed may share those.
struct NameForms {
  std::string shown;            // NFC, otherwise as typed; may be shared
  std::string key;              // NFKC case-folded: signing in looks this up
  std::string skeleton;         // of the shown form, folded: equal for "Ilya" and "llya"
  std::string folded_skeleton;  // of the key, folded: equal for "BOB0" and "bobo"
  // The two skeletons without separators and modifier letters, with small capitals as letters and
  // w as vv: equal for "Ann.a", "ᴀnna" and "Anna".
  std::string loose_skeleton;
  std::string loose_folded_skeleton;
};

/// Checks and normalises a typed name: 2 to 24 letters of any script (with their marks), digits,
/// `_ - .`, and single spaces inside. Errors: bad_username.
result<NameForms> parse_name(std::string_view typed);

/// The same for the name of a new account, which must also use one script, the usual combinations
/// of Chinese, Japanese or Korean, or Latin and one other script except Cyrillic and Greek (UTS
/// #39 §5.2, moderately restrictive). Errors: bad_username.
result<NameForms> parse_new_name(std::string_view typed);

/// Identifies the rules that parse_name() makes skeletons by: when this text changes, so may
/// skeletons. ICU's confusables change with its version.
std::string name_rules();

}  // namespace colo
