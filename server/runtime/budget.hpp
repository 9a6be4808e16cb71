// What one person may cost: a token bucket shared by all their sockets, on all shards.
//
// Safe from any thread. It is one atomic point in time (GCRA): the moment at which all that was
// spent is earned again. Work is charged after it was done, and whoever did it waits until that
// moment; so sockets of one person go on one after the other, each when its own work is paid.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "runtime/clock.hpp"

namespace colo {

class Budget {
 public:
  /// So much may be spent at once, in what is earned meanwhile.
  static constexpr std::chrono::nanoseconds ahead = std::chrono::seconds{1};

  /// `percent` of one core's time, at least 1.
  explicit Budget(std::uint32_t percent) : percent_(percent) {}

  /// Charges `work`, at most some seconds; gives when the one who did it may go on. That is
  /// not after `now` while the budget lasts.
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

  /// True when nothing was spent lately: forgetting it changes nothing.
  bool full(SteadyTime now) const {
    return paid_at_.load(std::memory_order_relaxed) <= (now - ahead).time_since_epoch().count();
  }

 private:
  std::int64_t percent_;
  std::atomic<std::int64_t> paid_at_{INT64_MIN};  // nanoseconds of the steady clock
};

}  // namespace colo
