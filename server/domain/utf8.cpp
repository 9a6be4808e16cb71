#include "domain/utf8.hpp"

#include <unicode/utf8.h>

namespace colo {

std::optional<std::u32string> code_points(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    UChar32 point = 0;
    U8_NEXT(bytes, at, text.size(), point);
    if (point < 0) return std::nullopt;
    points.push_back(static_cast<char32_t>(point));
  }
  return points;
}

}  // namespace colo
