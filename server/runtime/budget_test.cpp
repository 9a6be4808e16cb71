#include "runtime/budget.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "domain/limits.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{1h};

TEST(Budget, ASecondsWorthMayBeSpentInABurst) {
  Budget budget(10);
  EXPECT_LE(budget.spend(60ms, start), start);
  EXPECT_LE(budget.spend(40ms, start), start);
  EXPECT_GT(budget.spend(1ns, start), start);
}

TEST(Budget, SpendingMoreWaitsUntilItIsEarned) {
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

TEST(Budget, ConnectionsThatShareItContinueOneAfterAnother) {
  Budget budget(10);
  budget.spend(100ms, start);
  for (int socket = 1; socket <= 20; ++socket)
    EXPECT_EQ(budget.spend(2ms, start), start + socket * 20ms);
}

TEST(Budget, UnspentTimeAccumulatesForAtMostASecond) {
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

// Compares the weights with ordinary use.
class UsualBudget : public testing::Test {
 protected:
  static constexpr std::size_t page_bytes = 175'000;  // 50 typical drawings
  using ns = std::chrono::nanoseconds;

  static ns page(std::size_t bytes) {
    using namespace limits::work;
    return per_read + per_page + per_answer + bytes * per_binary_byte_out;
  }
  static ns largest_drawing() {
    using namespace limits::work;
    return 9 * per_read + limits::frame_bytes_max * per_binary_byte + per_write + per_answer;
  }
  bool waits(ns work, SteadyTime now) { return budget_.spend(work, now) > now; }

  Budget budget_{limits::cpu_percent_per_person};
};

TEST_F(UsualBudget, IsEnoughForEightRoomsInEachOfTwentyTabsAtOnce) {
  for (int room = 0; room < 8 * 20; ++room) EXPECT_FALSE(waits(page(page_bytes), start)) << room;
}

TEST_F(UsualBudget, IsEnoughForTheLargestDrawingsAsOftenAsTheyAreAllowed) {
  for (int i = 0; i < 1200; ++i) EXPECT_FALSE(waits(largest_drawing(), start + i * 500ms)) << i;
}

TEST_F(UsualBudget, IsEnoughForScrollingBackThroughAHundredFullPagesASecond) {
  for (int i = 0; i < 6000; ++i)
    EXPECT_FALSE(waits(page(limits::page_bytes_max), start + i * 10ms)) << i;
}

TEST_F(UsualBudget, IsNotEnoughForEightSocketsThatAskForFourteenPagesOfJsonASecondEach) {
  using namespace limits::work;
  int waited = 0;
  for (int i = 0; i < 10 * 8 * 14; ++i)
    waited += waits(page(0) + limits::json_page_bytes_max * per_json_byte_out, start + i * 9ms);
  EXPECT_GT(waited, 900);
}

}  // namespace
}  // namespace colo
