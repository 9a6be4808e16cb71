// One table of colo.toml, with strict checks.
//
// Refuses unknown keys when it is constructed, and each invalid value when it is read; a missing
// key gives the fallback. The toml table must outlive it.
#pragma once

#include <toml++/toml.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"

namespace colo {

/// A range of whole numbers, both ends included.
struct WholeNumbers {
  std::int64_t min;
  std::int64_t max;
};

/// A range of durations as they are written, both ends included.
struct Durations {
  std::string_view min;
  std::string_view max;
};

class ConfigTable {
 public:
  /// `name` as in the file: "[server]". Throws ConfigError for a key not in `known`.
  ConfigTable(std::string file, std::string name, const toml::table& table,
              std::vector<std::string_view> known);

  /// The table under `key`, empty if missing.
  ConfigTable table(std::string_view key, std::vector<std::string_view> known) const;

  // Each throws ConfigError when the value of `key` has another type or range.
  std::int64_t whole_number(std::string_view key, std::int64_t fallback, WholeNumbers range) const;
  bool yes_or_no(std::string_view key, bool fallback) const;
  std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds fallback,
                                     Durations range) const;
  /// One line of `characters_min` to `characters_max` characters.
  std::string line(std::string_view key, std::string fallback, std::size_t characters_min,
                   std::size_t characters_max) const;
  /// A string that `fits`; `what` completes the sentence "it must be …".
  std::string text(std::string_view key, std::string fallback, bool (*fits)(std::string_view),
                   std::string_view what) const;

  const toml::node* find(std::string_view key) const { return table_->get(key); }
  const std::string& file() const { return file_; }

  /// "file:line: sentence".
  [[noreturn]] void refuse(const toml::source_region& where, const std::string& sentence) const;
  [[noreturn]] void refuse(const std::string& sentence) const {
    refuse(table_->source(), sentence);
  }
  /// "file:line: key is value; it must be what".
  [[noreturn]] void refuse_value(std::string_view key, const toml::node& value,
                                 const std::string& what) const;

 private:
  void refuse_unknown_keys(const std::vector<std::string_view>& known) const;

  std::string file_;
  std::string name_;
  const toml::table* table_;
};

}  // namespace colo
