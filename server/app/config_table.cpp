#include "app/config_table.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <sstream>
#include <utility>

#include "app/duration.hpp"
#include "domain/utf8.hpp"

namespace colo {
namespace {

/// Levenshtein distance: letters to add, remove or change.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row.back();
}

std::string listing(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string suggestion(std::string_view key, const std::vector<std::string_view>& known) {
  const auto nearest = std::ranges::min_element(
      known, {}, [key](std::string_view word) { return distance(key, word); });
  const std::size_t typing_errors = std::max<std::size_t>(2, key.size() / 3);
  if (distance(key, *nearest) <= typing_errors && distance(key, *nearest) < nearest->size()) {
    return "did you mean \"" + std::string(*nearest) + "\"?";
  }
  return "the keys here are " + listing(known);
}

/// As in the file, with control characters escaped, so that an error is always one line.
std::string quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += '\\';
    if (byte >= 0x20 && byte != 0x7F) {
      quoted += c;
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", byte);
      quoted += escape;
    }
  }
  return quoted + '"';
}

std::string shown(const toml::node& value) {
  if (const auto* text = value.as_string()) return quoted(text->get());
  if (value.is_table()) return "a table";
  if (value.is_array()) return "a list";
  std::ostringstream out;
  value.visit([&out](const auto& plain) {
    if constexpr (toml::is_value<decltype(plain)>) out << plain;
  });
  return out.str();
}

bool is_one_line(const std::u32string& characters) {
  return std::ranges::none_of(characters, [](char32_t c) {
    return c < U' ' || (c >= U'\u007F' && c < U'\u00A0') || c == U'\u2028' || c == U'\u2029';
  });
}

}  // namespace

ConfigTable::ConfigTable(std::string file, std::string name, const toml::table& table,
                         std::vector<std::string_view> known)
    : file_(std::move(file)), name_(std::move(name)), table_(&table) {
  refuse_unknown_keys(known);
}

ConfigTable ConfigTable::table(std::string_view key, std::vector<std::string_view> known) const {
  static const toml::table nothing;
  const std::string name = "[" + std::string(key) + "]";
  const toml::node* value = find(key);
  if (value == nullptr) return {file_, name, nothing, std::move(known)};
  if (!value->is_table()) refuse_value(key, *value, "a table, begun with a line " + name);
  return {file_, name, *value->as_table(), std::move(known)};
}

std::int64_t ConfigTable::whole_number(std::string_view key, std::int64_t fallback,
                                       WholeNumbers range) const {
  const toml::node* value = find(key);
  if (value == nullptr) return fallback;
  const auto* number = value->as_integer();
  if (number == nullptr || number->get() < range.min || number->get() > range.max) {
    refuse_value(
        key, *value,
        "a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max));
  }
  return number->get();
}

bool ConfigTable::yes_or_no(std::string_view key, bool fallback) const {
  const toml::node* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse_value(key, *value, "true or false");
  return value->as_boolean()->get();
}

std::chrono::milliseconds ConfigTable::duration(std::string_view key,
                                                std::chrono::milliseconds fallback,
                                                Durations range) const {
  const toml::node* value = find(key);
  if (value == nullptr) return fallback;
  const auto* text = value->as_string();
  const auto parsed = text != nullptr ? parse_duration(text->get()) : std::nullopt;
  if (!parsed || *parsed < *parse_duration(range.min) || *parsed > *parse_duration(range.max)) {
    refuse_value(key, *value,
                 "a duration from \"" + std::string(range.min) + "\" to \"" +
                     std::string(range.max) + "\", such as \"30s\", \"30m\", \"12h\" or \"30d\"");
  }
  return *parsed;
}

std::string ConfigTable::line(std::string_view key, std::string fallback,
                              std::size_t characters_min, std::size_t characters_max) const {
  const toml::node* value = find(key);
  if (value == nullptr) return fallback;
  const auto* text = value->as_string();
  const auto characters = text != nullptr ? code_points(text->get()) : std::nullopt;
  if (!characters || characters->size() < characters_min || characters->size() > characters_max ||
      !is_one_line(*characters)) {
    refuse_value(key, *value,
                 "one line of text of " + std::to_string(characters_min) + " to " +
                     std::to_string(characters_max) + " characters");
  }
  return text->get();
}

std::string ConfigTable::text(std::string_view key, std::string fallback,
                              bool (*fits)(std::string_view), std::string_view what) const {
  const toml::node* value = find(key);
  if (value == nullptr) return fallback;
  const auto* text = value->as_string();
  if (text == nullptr || !fits(text->get())) refuse_value(key, *value, std::string(what));
  return text->get();
}

void ConfigTable::refuse(const toml::source_region& where, const std::string& sentence) const {
  throw ConfigError(file_ + ":" + std::to_string(where.begin.line) + ": " + sentence);
}

void ConfigTable::refuse_value(std::string_view key, const toml::node& value,
                               const std::string& what) const {
  refuse(value.source(), std::string(key) + " is " + shown(value) + "; it must be " + what);
}

void ConfigTable::refuse_unknown_keys(const std::vector<std::string_view>& known) const {
  for (const auto& [key, value] : *table_) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    refuse(key.source(), "unknown key \"" + std::string(key.str()) + "\" in " + name_ + "; " +
                             suggestion(key.str(), known));
  }
}

}  // namespace colo
