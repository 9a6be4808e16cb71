// Sign-ins that failed lately, by key: how long the next one has to wait.
//
// Owned by one shard. The first few mistakes are free, then each doubles the
// wait; succeeded(), or an hour of peace, forgets them. Tries that were not judged
// yet count as failed, so that many at once are counted, too; they are kept apart
// from the failures, so that taking one back leaves no trace. Memory is bounded:
// the keys that failed longest ago make place.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "domain/seeded_hash.hpp"
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

  /// A try begins. One of failed(), succeeded() and take_back() must follow.
  void begin(const std::string& key);

  /// It was wrong.
  void failed(const std::string& key);

  /// It was right: all failures are forgotten.
  void succeeded(const std::string& key);

  /// Nobody judged it: as if it had never begun.
  void take_back(const std::string& key);

  /// How many failed since the last that was right, or were not judged yet.
  unsigned count_of(const std::string& key);

 private:
  struct Entry {
    std::string key;
    unsigned count = 0;
    SteadyTime last;
  };
  using Entries = std::list<Entry>;  // the one that failed last in front

  // Tries that wait to be judged: as many as requests that are running.
  struct Open {
    unsigned count = 0;
    SteadyTime last;
  };

  Entries::iterator find(const std::string& key);
  void forget(Entries::iterator entry);
  Open open_of(const std::string& key) const;

  const Clock& clock_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator, SeededHash> by_key_;
  std::unordered_map<std::string, Open, SeededHash> open_;
};

}  // namespace colo
