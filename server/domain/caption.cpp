#include "domain/caption.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <string>

#include "domain/limits.hpp"
#include "domain/utf8.hpp"

namespace colo {
namespace {

// A caption is one line. Joiners and direction marks are part of emoji and of languages; direction
// overrides serve only to spoof text.
bool is_forbidden(char32_t point) {
  switch (u_charType(static_cast<UChar32>(point))) {
    case U_CONTROL_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
      return true;
    default:
      return point == U'\u202D' || point == U'\u202E';
  }
}

}  // namespace

result<void> check_caption(std::string_view caption) {
  const auto points = code_points(caption);
  if (!points) {
    return Refusal(errc::caption_characters, "The caption is not valid UTF-8 text.");
  }
  if (points->size() > limits::caption_characters_max) {
    return Refusal(errc::caption_too_long,
                   "A caption has at most " + std::to_string(limits::caption_characters_max) +
                       " characters; this one has " + std::to_string(points->size()) + ".");
  }
  if (std::ranges::any_of(*points, is_forbidden)) {
    return Refusal(errc::caption_characters,
                   "A caption is one line of text without control characters.");
  }
  return {};
}

}  // namespace colo
