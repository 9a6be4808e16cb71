// Decides how long a busy event loop sleeps before it looks for more work.
//
// Values only. Waking a thread costs about as much as handling one drawing. A loop that is woken
// often for little work is delayed by up to one step, so that it handles several events per
// wake-up. A loop that is woken rarely, or that has much to do each time, is never delayed.
#pragma once

#include <algorithm>
#include <chrono>

#include "runtime/clock.hpp"

namespace colo {

class WakeCoalescing {
 public:
  /// The longest delay: a quarter of one frame of a 60 Hz screen.
  static constexpr std::chrono::milliseconds step{4};
  /// How many early wake-ups a loop may have after it was idle.
  static constexpr int credit = 64;
  /// A wake-up with this much work is not delayed.
  static constexpr std::chrono::microseconds worth_waking{500};

  /// `worked`: CPU time since the last wake-up. Returns the time of the next one: `now`, or up to
  /// one step later.
  SteadyTime next(SteadyTime now, std::chrono::nanoseconds worked) {
    if (worked >= worth_waking) return now;
    due_ = std::max(due_, now - credit * step) + step;
    return std::max(due_, now);
  }

 private:
  SteadyTime due_ = SteadyTime::min();  // of the next step; its distance to now is the credit
};

}  // namespace colo
