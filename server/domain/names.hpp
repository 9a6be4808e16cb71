// Names of people: which are allowed, and when two are the same to the eye.
//
// Pure functions over UTF-8; Unicode's rules come from ICU (UAX #15, UTS #39).
#pragma once

#include <string>
#include <string_view>

#include "domain/errc.hpp"

namespace colo {

/// A name in the forms that are compared. Two people may share none but `shown` of them;
/// accounts made before there were the last two may share these.
struct NameForms {
  std::string shown;        // NFC, as typed otherwise
  std::string key;          // NFKC case-folded: what signing in looks up
  std::string look;         // skeleton of the shown form, folded: "Ilya" and "llya" meet here
  std::string folded_look;  // skeleton of the key, folded: "BOB0" and "bobo" meet here
  // The two looks again, without separators and modifier letters, with small capitals as
  // letters and w as vv: "Ann.a" and "ᴀnna" meet "Anna" here.
  std::string loose_look;
  std::string loose_folded_look;
};

/// Checks and normalises a name typed by a person: 2 to 24 letters of any
/// script (with their marks), digits, `_ - .`, and single spaces inside.
/// Errors: bad_username.
result<NameForms> parse_name(std::string_view typed);

/// The same for a name that nobody has yet, which must also be of one script, of those usual
/// together in Chinese, Japanese or Korean, or of Latin and one other that is not Cyrillic or
/// Greek (UTS #39 §5.2, moderately restrictive). Errors: bad_username.
result<NameForms> parse_new_name(std::string_view typed);

/// Names the rules by which parse_name() makes its looks: another text, other looks. ICU's
/// tables of look-alikes change with its version.
std::string name_rules();

}  // namespace colo
