#include "app/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace colo {
namespace {

struct Unit {
  std::string_view name;
  std::chrono::milliseconds length;
};

constexpr std::array<Unit, 5> units = {{
    {"ms", std::chrono::milliseconds{1}},
    {"s", std::chrono::seconds{1}},
    {"m", std::chrono::minutes{1}},
    {"h", std::chrono::hours{1}},
    {"d", std::chrono::days{1}},
}};

constexpr std::size_t digits_max = 9;  // a billion days still fit into 64 bits of ms

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || digits > digits_max) return std::nullopt;
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + digits, count);
  for (const Unit& unit : units) {
    if (text.substr(digits) == unit.name) return unit.length * count;
  }
  return std::nullopt;
}

}  // namespace colo
