#include "runtime/turns.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <vector>

namespace colo {
namespace {

struct Waiting : TurnTaker {
  explicit Waiting(int n) : number(n) {}
  int number;
};

std::vector<int> take(Turns& turns, std::size_t count) {
  std::vector<int> numbers;
  turns.take(count, [&](TurnTaker& one) { numbers.push_back(static_cast<Waiting&>(one).number); });
  return numbers;
}

TEST(Turns, ServeOneLaneInItsOrderAndEachOnce) {
  Turns turns;
  TurnQueue queue;
  std::deque<Waiting> all;
  for (int i = 0; i < 5; ++i) turns.add(queue, all.emplace_back(i));
  turns.add(queue, all[3]);
  EXPECT_EQ(take(turns, 2), (std::vector{0, 1}));
  turns.add(queue, all[0]);  // again, behind the others
  EXPECT_EQ(take(turns, 100), (std::vector{2, 3, 4, 0}));
  EXPECT_TRUE(turns.empty());
}

TEST(Turns, ACrowdDoesNotHoldUpAFew) {
  Turns turns;
  TurnQueue crowded;
  TurnQueue quiet;
  std::deque<Waiting> all;
  for (int i = 0; i < 1000; ++i) turns.add(crowded, all.emplace_back(i));
  EXPECT_EQ(take(turns, 64).size(), 64u);
  turns.add(quiet, all.emplace_back(5000));
  EXPECT_EQ(take(turns, 64).at(8), 5000) << "after one turn of the crowd";
  EXPECT_EQ(take(turns, 1000).size(), 1000u - 64 - 63);
}

TEST(Turns, WhoGoesAwayIsWaitedForNoMore) {
  Turns turns;
  TurnQueue queue;
  auto gone = std::make_unique<Waiting>(1);
  Waiting stays(2);
  turns.add(queue, *gone);
  turns.add(queue, stays);
  gone.reset();
  EXPECT_EQ(take(turns, 10), std::vector{2});

  turns.add(queue, stays);
  stays.wait_no_more();
  EXPECT_EQ(take(turns, 10), std::vector<int>{});
  EXPECT_TRUE(turns.empty());
}

TEST(Turns, MayThemselvesGoAway) {
  Turns turns;
  Waiting one(1);
  {
    TurnQueue queue;
    turns.add(queue, one);
  }
  EXPECT_FALSE(one.waits());
  EXPECT_EQ(take(turns, 10), std::vector<int>{});
  TurnQueue other;
  turns.add(other, one);
  EXPECT_EQ(take(turns, 10), std::vector{1});
}

}  // namespace
}  // namespace colo
