// Sign-ins that failed lately, by key: how long the next one has to wait.
//
// Owned by one shard. The first few mistakes are free, then each doubles the
// wait; succeeded(), or an hour of peace, forgets them. Memory is bounded:
// the keys that failed longest ago make place.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "runtime/clock.hpp"

namespace colo {

class Failures {
 public:
  static constexpr std::size_t keys_max = 20'000;  // about 3 MiB
  static constexpr unsigned free_tries = 5;
  static constexpr std::chrono::seconds first_wait{1};
  static constexpr std::chrono::minutes wait_max{15};
  static constexpr std::chrono::hours forgotten_after{1};

  explicit Failures(const Clock& clock) : clock_(clock) {}

  /// How long the next try has to wait; zero: it may be made.
  std::chrono::milliseconds wait(const std::string& key);

  /// Counts a try as failed before it is known to be, so that many at once are
  /// counted too.
  void count(const std::string& key);

  /// How many failed since the last that was right.
  unsigned count_of(const std::string& key);

  /// It was right: all is forgotten.
  void succeeded(const std::string& key);

  /// The try that was counted is to count for nothing.
  void take_back(const std::string& key);

 private:
  struct Entry {
    std::string key;
    unsigned count = 0;
    SteadyTime last;
  };
  using Entries = std::list<Entry>;  // the one that failed last in front

  Entries::iterator find(const std::string& key);
  void forget(Entries::iterator entry);

  const Clock& clock_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_key_;
};

}  // namespace colo
