// Names of people: which are allowed, and when two are the same to the eye.
//
// Pure functions over UTF-8; Unicode's rules come from ICU (UAX #15, UTS #39).
#pragma once

#include <string>
#include <string_view>

#include "domain/errc.hpp"

namespace colo {

/// A name in the forms that are compared. Two people may share none of them.
struct NameForms {
  std::string shown;        // NFC, as typed otherwise
  std::string key;          // NFKC case-folded: what signing in looks up
  std::string look;         // skeleton of the shown form, folded: "Ilya" and "llya" meet here
  std::string folded_look;  // skeleton of the key, folded: "BOB0" and "bobo" meet here
};

/// Checks and normalises a name typed by a person: 2 to 24 letters of any
/// script (with their marks), digits, `_ - .`, and single spaces inside.
/// Errors: bad_username.
result<NameForms> parse_name(std::string_view typed);

}  // namespace colo
