#include "domain/names.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>
#include <unicode/uversion.h>

#include <array>
#include <cstddef>
#include <cstdio>

#include "domain/limits.hpp"
#include "domain/utf8.hpp"

namespace colo {
namespace {

// Enough for every living script; a larger stack covers the lines above (UTS #39 §5.4).
constexpr std::size_t marks_in_a_row_max = 4;
constexpr const char* allowed_characters = "use letters, digits, _ - . and single spaces inside.";

enum class Kind { letter, digit, mark, sign, space, invisible, emoji, other };

Kind kind_of(char32_t code_point) {
  const auto point = static_cast<UChar32>(code_point);
  if (point == ' ') return Kind::space;
  if (point == '_' || point == '-' || point == '.') return Kind::sign;
  // Checked before the categories: some fillers are letters, variation selectors are marks.
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
  return refuse("A name cannot hold " + what + "; " + allowed_characters);
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
  bool has_letter_or_digit = false;
  bool after_letter = false;  // the previous character can carry a mark
  std::size_t marks_in_a_row = 0;
  for (const char32_t point : name) {
    const Kind kind = kind_of(point);
    switch (kind) {
      case Kind::letter:
      case Kind::digit:
        has_letter_or_digit = true;
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
  if (!has_letter_or_digit) return refuse("A name must have at least one letter or digit.");
  return {};
}

std::string utf8(const icu::UnicodeString& text) {
  std::string bytes;
  text.toUTF8String(bytes);
  return bytes;
}

// Characters that readers overlook in a name: separators, letters that only lengthen a line
// (tatweel, lajanyalan), and modifier letters, which resemble quotes, colons and dots.
bool is_overlooked(char32_t point) {
  return point == ' ' || point == '.' || point == '-' || point == '_' || point == 0x0640 ||
         point == 0x07FA || (point >= 0x02B9 && point <= 0x02D1) || point == 0x02EC ||
         point == 0x02EE;
}

// ICU's skeleton does not map most small capitals.
char32_t without_small_capital(char32_t point) {
  struct SmallCapital {
    char32_t point;
    char letter;
  };
  constexpr std::array<SmallCapital, 25> small_capitals{
      {{0x1D00, 'A'}, {0x0299, 'B'}, {0x1D04, 'C'}, {0x1D05, 'D'}, {0x1D07, 'E'},
       {0xA730, 'F'}, {0x0262, 'G'}, {0x029C, 'H'}, {0x026A, 'I'}, {0x1D0A, 'J'},
       {0x1D0B, 'K'}, {0x029F, 'L'}, {0x1D0D, 'M'}, {0x0274, 'N'}, {0x1D0F, 'O'},
       {0x1D18, 'P'}, {0xA7AF, 'Q'}, {0x0280, 'R'}, {0xA731, 'S'}, {0x1D1B, 'T'},
       {0x1D1C, 'U'}, {0x1D20, 'V'}, {0x1D21, 'W'}, {0x028F, 'Y'}, {0x1D22, 'Z'}}};
  for (const auto& capital : small_capitals)
    if (capital.point == point) return static_cast<char32_t>(capital.letter);
  return point;
}

icu::UnicodeString loosened(const icu::UnicodeString& text) {
  icu::UnicodeString loose;
  for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    const auto point = static_cast<char32_t>(text.char32At(at));
    if (!is_overlooked(point)) loose.append(static_cast<UChar32>(without_small_capital(point)));
  }
  return loose;
}

/// Confusable skeletons (UTS #39 §4), case-folded.
class Skeletons {
 public:
  explicit Skeletons(UErrorCode& status) : status_(status), checker_(uspoof_open(&status)) {
    folding_ = icu::Normalizer2::getNFKCCasefoldInstance(status);
  }

  std::string plain(const icu::UnicodeString& text) { return utf8(folded_skeleton(text)); }

  // ICU's skeleton maps m to rn, but not w to vv.
  std::string loose(const icu::UnicodeString& loosened) {
    auto skeleton = folded_skeleton(loosened);
    skeleton.findAndReplace(icu::UnicodeString(u'w'), icu::UnicodeString(u"vv"));
    return utf8(skeleton);
  }

 private:
  icu::UnicodeString folded_skeleton(const icu::UnicodeString& text) {
    icu::UnicodeString skeleton;
    uspoof_getSkeletonUnicodeString(checker_.getAlias(), 0, text, skeleton, &status_);
    return U_FAILURE(status_) ? icu::UnicodeString() : folding_->normalize(skeleton, status_);
  }

  UErrorCode& status_;
  icu::LocalUSpoofCheckerPointer checker_;
  const icu::Normalizer2* folding_ = nullptr;
};

result<void> check_scripts(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::LocalUSpoofCheckerPointer checker(uspoof_open(&status));
  uspoof_setChecks(checker.getAlias(), USPOOF_RESTRICTION_LEVEL, &status);
  uspoof_setRestrictionLevel(checker.getAlias(), USPOOF_MODERATELY_RESTRICTIVE);
  const auto found = uspoof_checkUnicodeString(
      checker.getAlias(), icu::UnicodeString::fromUTF8(name), nullptr, &status);
  if (U_FAILURE(status)) return Refusal(errc::internal);
  if (found == 0) return {};
  return refuse(
      "A name cannot mix letters of scripts that look alike, such as Latin and Cyrillic.");
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
  Skeletons skeletons(status);
  forms.key = utf8(key);
  forms.skeleton = skeletons.plain(shown);
  forms.folded_skeleton = skeletons.plain(key);
  const icu::UnicodeString loose = loosened(shown);
  forms.loose_skeleton = skeletons.loose(loose);
  forms.loose_folded_skeleton = skeletons.loose(folding->normalize(loose, status));
  if (U_FAILURE(status)) return Refusal(errc::internal);
  return forms;
}

result<NameForms> parse_new_name(std::string_view typed) {
  auto forms = parse_name(typed);
  if (!forms) return forms.error();
  if (auto allowed = check_scripts(forms->shown); !allowed) return allowed.error();
  return forms;
}

std::string name_rules() {
  constexpr const char* own_rules = "1";  // raised with every change to Skeletons
  UVersionInfo version;
  u_getVersion(version);
  char text[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(version, text);
  return std::string(own_rules) + ", ICU " + text;
}

}  // namespace colo
