// Failed attempts by key, and how long the next attempt has to wait.
//
// The first few failures are free, then each doubles the wait. A success, or an hour without
// failures, forgets them. Running attempts count as failures, so that simultaneous ones are counted
// too; they are stored separately, so that undoing one has no lasting effect. Both tables are
// bounded: the oldest key of the failures is evicted; when too many attempts run, more are refused.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "domain/errc.hpp"
#include "domain/limits.hpp"
#include "domain/seeded_hash.hpp"
#include "runtime/clock.hpp"

namespace colo {

class Failures {
 public:
  static constexpr unsigned free_attempts = 5;
  static constexpr std::chrono::seconds first_wait{1};
  static constexpr std::chrono::minutes wait_max{15};
  static constexpr std::chrono::hours forgotten_after{1};

  explicit Failures(const Clock& clock) : clock_(clock) {}

  /// How long the next attempt has to wait; zero: it may begin.
  std::chrono::milliseconds wait(const std::string& key);

  /// An attempt begins; failed(), succeeded() or undo() must follow. Errors: busy.
  result<void> begin(const std::string& key);

  void failed(const std::string& key);

  /// Forgets all failures of the key.
  void succeeded(const std::string& key);

  /// The attempt had no outcome: as if it had not begun.
  void undo(const std::string& key);

  /// Failures since the last success, and attempts that run.
  unsigned count_of(const std::string& key);

 private:
  struct Entry {
    std::string key;
    unsigned count = 0;
    SteadyTime last;
  };
  using Entries = std::list<Entry>;  // latest failure first

  struct Open {
    unsigned count = 0;
    SteadyTime last;
  };

  Entries::iterator find(const std::string& key);
  void remove(Entries::iterator entry);
  Open open_of(const std::string& key) const;

  const Clock& clock_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator, SeededHash> by_key_;
  std::unordered_map<std::string, Open, SeededHash> open_;
};

}  // namespace colo
