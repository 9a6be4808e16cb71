#include "chat/recent_people.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

TEST(RecentPeople, BeyondTheBoundTheLeastRecentlyUsedIsEvicted) {
  RecentPeople<int> people(2);
  people.use({1}, 10);
  people.use({2}, 20);
  EXPECT_EQ(people.use({1}, 11), 10);  // known, and now the most recent
  people.use({3}, 30);
  EXPECT_EQ(people.size(), 2u);
  EXPECT_FALSE(people.contains({2}));
  ASSERT_NE(people.find({1}), nullptr);
  EXPECT_EQ(*people.find({1}), 10);
}

TEST(RecentPeople, ExpiredValuesAreRemoved) {
  RecentPeople<int> people(8);
  for (int i = 1; i <= 6; ++i) people.use({i}, i);
  people.erase_if([](int value) { return value % 2 == 0; });
  EXPECT_EQ(people.size(), 3u);
  EXPECT_EQ(people.find({2}), nullptr);
  EXPECT_EQ(people.use({2}, 7), 7);
}

}  // namespace
}  // namespace colo
