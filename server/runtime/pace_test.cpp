#include "runtime/pace.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime start = SteadyTime{} + std::chrono::hours{1};
constexpr microseconds little{100};

// Something comes each `every`; gives how often the loop wakes for it within a second from `now`.
int wakes(Pace& pace, SteadyTime now, microseconds every, microseconds work) {
  const auto end = now + seconds{1};
  int count = 0;
  for (; now < end; ++count) now = std::max(pace.next(now + work, work), now + every);
  return count;
}

TEST(Pace, ALoopThatIsWokenNowAndThenAnswersAtOnce) {
  Pace pace;
  for (auto now = start; now < start + seconds{1}; now += milliseconds{5})
    EXPECT_EQ(pace.next(now, little), now);
}

TEST(Pace, WhatKeepsComingIsDoneAStepAtATime) {
  Pace pace;
  wakes(pace, start, microseconds{200}, little);  // uses the credit up
  EXPECT_NEAR(wakes(pace, start + seconds{1}, microseconds{200}, little), 250, 1);
}

TEST(Pace, NobodyWaitsLongerThanAStep) {
  Pace pace;
  auto now = start;
  for (int i = 0; i < 1000; ++i) {
    const auto next = pace.next(now, little);
    EXPECT_GE(next, now);
    EXPECT_LE(next, now + Pace::step);
    now = next;
  }
}

TEST(Pace, AfterARestItIsAtOnceAgain) {
  Pace pace;
  wakes(pace, start, microseconds{200}, little);
  auto now = start + seconds{2};
  for (int i = 0; i < Pace::credit; ++i, now += little) EXPECT_EQ(pace.next(now, little), now);
}

TEST(Pace, ALoopWithEnoughToDoDoesNotRest) {
  Pace pace;
  EXPECT_EQ(wakes(pace, start, Pace::worth_waking, Pace::worth_waking), 2000);
}

}  // namespace
}  // namespace colo
