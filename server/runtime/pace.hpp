// How often a busy loop looks for what came.
//
// Values only. To be woken costs a thread about as much as reading a drawing does;
// where small things keep coming one by one, they wait for each other a little and
// are done together. A loop that is woken now and then answers at once, and so does
// one that finds enough to do each time.
#pragma once

#include <algorithm>
#include <chrono>

#include "runtime/clock.hpp"

namespace colo {

class Pace {
 public:
  /// A quarter of what a screen takes for one picture.
  static constexpr std::chrono::milliseconds step{4};
  /// So many times it may be woken sooner, when it had nothing to wait for in between.
  static constexpr int credit = 64;
  /// Work that takes so long was worth waking up for.
  static constexpr std::chrono::microseconds worth_waking{500};

  /// The loop was woken, `worked` on what it found, and it is `now`: gives when it is to
  /// look again, a step from now at most, if it keeps to it.
  SteadyTime next(SteadyTime now, std::chrono::nanoseconds worked) {
    if (worked >= worth_waking) return now;
    due_ = std::max(due_, now - credit * step) + step;
    return std::max(due_, now);
  }

 private:
  SteadyTime due_ = SteadyTime::min();  // of the next step; how long ago is the credit
};

}  // namespace colo
