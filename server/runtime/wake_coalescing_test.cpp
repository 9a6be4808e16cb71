#include "runtime/wake_coalescing.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime start = SteadyTime{} + std::chrono::hours{1};
constexpr microseconds little{100};

// One event every `every`. Returns how often the loop wakes within a second from `now`.
int wakes(WakeCoalescing& coalescing, SteadyTime now, microseconds every, microseconds work) {
  const auto end = now + seconds{1};
  int count = 0;
  for (; now < end; ++count) now = std::max(coalescing.next(now + work, work), now + every);
  return count;
}

TEST(WakeCoalescing, ALoopThatIsWokenRarelyIsNotDelayed) {
  WakeCoalescing coalescing;
  for (auto now = start; now < start + seconds{1}; now += milliseconds{5})
    EXPECT_EQ(coalescing.next(now, little), now);
}

TEST(WakeCoalescing, FrequentSmallEventsAreHandledOncePerStep) {
  WakeCoalescing coalescing;
  wakes(coalescing, start, microseconds{200}, little);  // uses up the credit
  EXPECT_NEAR(wakes(coalescing, start + seconds{1}, microseconds{200}, little), 250, 1);
}

TEST(WakeCoalescing, TheDelayIsAtMostOneStep) {
  WakeCoalescing coalescing;
  auto now = start;
  for (int i = 0; i < 1000; ++i) {
    const auto next = coalescing.next(now, little);
    EXPECT_GE(next, now);
    EXPECT_LE(next, now + WakeCoalescing::step);
    now = next;
  }
}

TEST(WakeCoalescing, AnIdleTimeEarnsUndelayedWakeUps) {
  WakeCoalescing coalescing;
  wakes(coalescing, start, microseconds{200}, little);
  auto now = start + seconds{2};
  for (int i = 0; i < WakeCoalescing::credit; ++i, now += little)
    EXPECT_EQ(coalescing.next(now, little), now);
}

TEST(WakeCoalescing, ALoopWithMuchWorkIsNotDelayed) {
  WakeCoalescing coalescing;
  EXPECT_EQ(wakes(coalescing, start, WakeCoalescing::worth_waking, WakeCoalescing::worth_waking),
            2000);
}

}  // namespace
}  // namespace colo
