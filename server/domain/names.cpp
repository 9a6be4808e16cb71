#include "domain/names.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <cstddef>
#include <cstdio>

#include "domain/limits.hpp"
#include "domain/utf8.hpp"

namespace colo {
namespace {

// Enough for every living script; more is a tower that covers the lines above
// (UTS #39 §5.4).
constexpr std::size_t marks_in_a_row_max = 4;
constexpr const char* what_would_be_right = "use letters, digits, _ - . and single spaces inside.";

enum class Kind { letter, digit, mark, sign, space, invisible, emoji, other };

Kind kind_of(char32_t code_point) {
  const auto point = static_cast<UChar32>(code_point);
  if (point == ' ') return Kind::space;
  if (point == '_' || point == '-' || point == '.') return Kind::sign;
  // Before the letters: some fillers count as letters, variation selectors as marks.
  if (u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return Kind::invisible;
  if (u_hasBinaryProperty(point, UCHAR_EXTENDED_PICTOGRAPHIC)) return Kind::emoji;
  switch (u_charType(point)) {
    case U_UPPERCASE_LETTER:
    case U_LOWERCASE_LETTER:
    case U_TITLECASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
      return Kind::letter;
    case U_DECIMAL_DIGIT_NUMBER:
      return Kind::digit;
    case U_NON_SPACING_MARK:
    case U_COMBINING_SPACING_MARK:
      return Kind::mark;
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SPACE_SEPARATOR:
      return Kind::invisible;
    default:
      return Kind::other;
  }
}

std::string number_of(char32_t point) {
  char text[16];
  std::snprintf(text, sizeof text, "U+%04X", static_cast<unsigned>(point));
  return text;
}

Refusal refuse(const std::string& why) {
  return Refusal(errc::bad_username, why);
}

Refusal refuse_character(Kind kind, char32_t point) {
  std::string what;
  switch (kind) {
    case Kind::invisible:
      what = "an invisible or control character (" + number_of(point) + ")";
      break;
    case Kind::emoji:
      what = "an emoji (" + number_of(point) + ")";
      break;
    default: {
      icu::UnicodeString(static_cast<UChar32>(point)).toUTF8String(what);
      what += " (" + number_of(point) + ")";
    }
  }
  return refuse("A name cannot hold " + what + "; " + what_would_be_right);
}

result<void> check_length(std::size_t characters) {
  if (characters >= limits::name_characters_min && characters <= limits::name_characters_max) {
    return {};
  }
  return refuse("A name has " + std::to_string(limits::name_characters_min) + " to " +
                std::to_string(limits::name_characters_max) + " characters; this one has " +
                std::to_string(characters) + ".");
}

result<void> check_spaces(const std::u32string& name) {
  if (name.front() == U' ' || name.back() == U' ') {
    return refuse("A name cannot begin or end with a space; spaces stand only inside.");
  }
  if (name.find(U"  ") != std::u32string::npos) {
    return refuse("A name cannot hold two spaces in a row; one is enough.");
  }
  return {};
}

result<void> check_characters(const std::u32string& name) {
  bool speakable = false;     // a letter or digit was seen
  bool after_letter = false;  // what came before can carry a mark
  std::size_t marks_in_a_row = 0;
  for (const char32_t point : name) {
    const Kind kind = kind_of(point);
    switch (kind) {
      case Kind::letter:
      case Kind::digit:
        speakable = true;
        break;
      case Kind::mark:
        if (!after_letter) {
          return refuse("A combining mark (" + number_of(point) +
                        ") can only stand after a letter of a name.");
        }
        if (++marks_in_a_row > marks_in_a_row_max) {
          return refuse("A letter of a name has at most " + std::to_string(marks_in_a_row_max) +
                        " combining marks.");
        }
        continue;
      case Kind::sign:
      case Kind::space:
        break;
      default:
        return refuse_character(kind, point);
    }
    after_letter = kind == Kind::letter;
    marks_in_a_row = 0;
  }
  if (!speakable) return refuse("A name must have at least one letter or digit.");
  return {};
}

std::string utf8(const icu::UnicodeString& text) {
  std::string bytes;
  text.toUTF8String(bytes);
  return bytes;
}

/// The look-alike form of `text` (UTS #39 §4), in which case no longer matters.
icu::UnicodeString folded_skeleton(const icu::UnicodeString& text, UErrorCode& status) {
  const icu::LocalUSpoofCheckerPointer checker(uspoof_open(&status));
  icu::UnicodeString skeleton;
  uspoof_getSkeletonUnicodeString(checker.getAlias(), 0, text, skeleton, &status);
  const icu::Normalizer2* folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) return {};
  return folding->normalize(skeleton, status);
}

}  // namespace

result<NameForms> parse_name(std::string_view typed) {
  if (!code_points(typed)) return refuse("A name must be valid UTF-8 text.");

  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* composing = icu::Normalizer2::getNFCInstance(status);
  const icu::Normalizer2* folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) return Refusal(errc::internal);
  const auto raw =
      icu::UnicodeString::fromUTF8({typed.data(), static_cast<std::int32_t>(typed.size())});
  const icu::UnicodeString shown = composing->normalize(raw, status);
  if (U_FAILURE(status)) return Refusal(errc::internal);

  NameForms forms;
  forms.shown = utf8(shown);
  const std::u32string characters = code_points(forms.shown).value_or(std::u32string());
  if (auto length = check_length(characters.size()); !length) return length.error();
  if (auto spaces = check_spaces(characters); !spaces) return spaces.error();
  if (auto allowed = check_characters(characters); !allowed) return allowed.error();

  const icu::UnicodeString key = folding->normalize(shown, status);
  forms.key = utf8(key);
  forms.look = utf8(folded_skeleton(shown, status));
  forms.folded_look = utf8(folded_skeleton(key, status));
  if (U_FAILURE(status)) return Refusal(errc::internal);
  return forms;
}

}  // namespace colo
