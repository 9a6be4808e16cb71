// The CPU time of one person: a token bucket shared by all their connections, on all shards.
//
// Thread-safe: one atomic point in time (GCRA), at which everything spent is earned back. Work is
// charged after it was done; the connection then waits until that time. So the connections of one
// person continue one after another, each when its own work is paid for.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "runtime/clock.hpp"

namespace colo {

class Budget {
 public:
  /// The burst: as much as is earned in this time may be spent at once.
  static constexpr std::chrono::nanoseconds ahead = std::chrono::seconds{1};

  /// `percent` of one core's time, at least 1.
  explicit Budget(std::uint32_t percent) : percent_(percent) {}

  /// Charges `work`, at most some seconds. Returns when the caller may continue: not after `now`
  /// while the budget lasts.
  SteadyTime spend(std::chrono::nanoseconds work, SteadyTime now) {
    const auto earned_in = work.count() * 100 / percent_;
    const auto earliest = (now - ahead).time_since_epoch().count();
    auto paid = paid_at_.load(std::memory_order_relaxed);
    std::int64_t next = 0;
    do {
      next = std::max(paid, earliest) + earned_in;
    } while (!paid_at_.compare_exchange_weak(paid, next, std::memory_order_relaxed));
    return SteadyTime{std::chrono::nanoseconds{next}};
  }

  /// True when everything spent is earned back: dropping the budget changes nothing.
  bool full(SteadyTime now) const {
    return paid_at_.load(std::memory_order_relaxed) <= (now - ahead).time_since_epoch().count();
  }

 private:
  std::int64_t percent_;
  std::atomic<std::int64_t> paid_at_{INT64_MIN};  // nanoseconds of the steady clock
};

}  // namespace colo
