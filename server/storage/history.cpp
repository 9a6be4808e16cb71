#include "storage/history.hpp"

#include <fmt/format.h>

#include <charconv>
#include <random>

namespace colo {
namespace {

constexpr std::string_view word = "colo-history ";
constexpr std::size_t digits = 16;
constexpr std::size_t tag_bytes = word.size() + digits + 1 + digits;
constexpr std::uint64_t epoch_max = (std::uint64_t{1} << 53) - 1;

std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string tag_of(const History& history) {
  return fmt::format("{}{:016x} {:016x}", word, history.epoch.value, history.commits);
}

std::optional<History> read_tag(std::string_view text) {
  if (text.size() != tag_bytes || !text.starts_with(word)) return std::nullopt;
  const auto epoch = read_hex(text.substr(word.size(), digits));
  const auto commits = read_hex(text.substr(word.size() + digits + 1, digits));
  if (!epoch || !commits || *epoch == 0 || *epoch > epoch_max) return std::nullopt;
  return History{{*epoch}, *commits};
}

std::optional<History> find_tag(std::string_view page) {
  std::optional<History> newest;
  for (auto at = page.find(word); at != page.npos; at = page.find(word, at + 1)) {
    const auto found = read_tag(page.substr(at, tag_bytes));
    if (found && (!newest || found->commits > newest->commits)) newest = found;
  }
  return newest;
}

Epoch random_epoch() {
  std::random_device device;
  return {std::uniform_int_distribution<std::uint64_t>{1, epoch_max}(device)};
}

}  // namespace colo
