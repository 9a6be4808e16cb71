#include "runtime/budget.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace colo {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{1h};

TEST(Budget, ASecondsWorthMayBeSpentAtOnce) {
  Budget budget(10);
  EXPECT_LE(budget.spend(60ms, start), start);
  EXPECT_LE(budget.spend(40ms, start), start);
  EXPECT_GT(budget.spend(1ns, start), start);
}

TEST(Budget, WhoSpentMoreWaitsUntilItIsEarned) {
  Budget budget(10);
  budget.spend(100ms, start);
  EXPECT_EQ(budget.spend(5ms, start), start + 50ms);
  EXPECT_EQ(budget.spend(5ms, start + 50ms), start + 100ms);
}

TEST(Budget, OverManySecondsNoMoreThanTheShareIsSpent) {
  Budget budget(10);
  auto now = start;
  std::chrono::nanoseconds spent{0};
  while (now < start + 60s) {
    now = std::max(now, budget.spend(3ms, now));
    spent += 3ms;
  }
  EXPECT_LE(spent, 6100ms + 3ms);
  EXPECT_GE(spent, 6000ms);
}

TEST(Budget, ThoseWhoShareItGoOnOneAfterTheOther) {
  Budget budget(10);
  budget.spend(100ms, start);
  for (int socket = 1; socket <= 20; ++socket)
    EXPECT_EQ(budget.spend(2ms, start), start + socket * 20ms);
}

TEST(Budget, WhatWasNotSpentDoesNotGatherForMoreThanASecond) {
  Budget budget(10);
  EXPECT_LE(budget.spend(100ms, start + 24h), start + 24h);
  EXPECT_GT(budget.spend(1ms, start + 24h), start + 24h);
}

TEST(Budget, IsFullAgainAfterASecond) {
  Budget budget(10);
  EXPECT_TRUE(budget.full(start));
  budget.spend(100ms, start);
  EXPECT_FALSE(budget.full(start));
  EXPECT_TRUE(budget.full(start + 1s));
}

TEST(Budget, NothingIsLostWhenManyThreadsSpend) {
  Budget budget(100);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&budget] {
      for (int turn = 0; turn < 10'000; ++turn) budget.spend(1ms, start);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(budget.spend(0ns, start), start - 1s + 40s);
}

}  // namespace
}  // namespace colo
