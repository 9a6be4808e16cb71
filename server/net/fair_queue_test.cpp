#include "net/fair_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <vector>

namespace colo {
namespace {

struct Numbered : FairQueue::Entry {
  explicit Numbered(int n) : number(n) {}
  int number;
};

std::vector<int> take(FairQueue& queue, std::size_t count) {
  std::vector<int> numbers;
  queue.take(count, [&](FairQueue::Entry& entry) {
    numbers.push_back(static_cast<Numbered&>(entry).number);
  });
  return numbers;
}

TEST(FairQueue, ServesOneFlowInItsOrderAndEachEntryOnce) {
  FairQueue queue;
  FairQueue::Flow flow;
  std::deque<Numbered> all;
  for (int i = 0; i < 5; ++i) queue.add(flow, all.emplace_back(i));
  queue.add(flow, all[3]);
  EXPECT_EQ(take(queue, 2), (std::vector{0, 1}));
  queue.add(flow, all[0]);  // again, behind the others
  EXPECT_EQ(take(queue, 100), (std::vector{2, 3, 4, 0}));
  EXPECT_TRUE(queue.empty());
}

TEST(FairQueue, ACrowdedFlowDoesNotDelayAnother) {
  FairQueue queue;
  FairQueue::Flow crowded;
  FairQueue::Flow quiet;
  std::deque<Numbered> all;
  for (int i = 0; i < 1000; ++i) queue.add(crowded, all.emplace_back(i));
  EXPECT_EQ(take(queue, 64).size(), 64u);
  queue.add(quiet, all.emplace_back(5000));
  EXPECT_EQ(take(queue, 64).at(8), 5000) << "after one visit to the crowded flow";
  EXPECT_EQ(take(queue, 1000).size(), 1000u - 64 - 63);
}

TEST(FairQueue, AnEntryThatIsDestroyedOrDequeuedIsNotServed) {
  FairQueue queue;
  FairQueue::Flow flow;
  auto destroyed = std::make_unique<Numbered>(1);
  Numbered stays(2);
  queue.add(flow, *destroyed);
  queue.add(flow, stays);
  destroyed.reset();
  EXPECT_EQ(take(queue, 10), std::vector{2});

  queue.add(flow, stays);
  stays.dequeue();
  EXPECT_EQ(take(queue, 10), std::vector<int>{});
  EXPECT_TRUE(queue.empty());
}

TEST(FairQueue, AFlowMayBeDestroyed) {
  FairQueue queue;
  Numbered entry(1);
  {
    FairQueue::Flow flow;
    queue.add(flow, entry);
  }
  EXPECT_FALSE(entry.queued());
  EXPECT_EQ(take(queue, 10), std::vector<int>{});
  FairQueue::Flow other;
  queue.add(other, entry);
  EXPECT_EQ(take(queue, 10), std::vector{1});
}

}  // namespace
}  // namespace colo
