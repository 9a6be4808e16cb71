#include "runtime/owned.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/wait.hpp"

namespace colo {
namespace {

// Says on which thread it was touched.
class Diary {
 public:
  explicit Diary(std::string first) { lines_.push_back(std::move(first)); }

  std::size_t write(std::string line) {
    lines_.push_back(std::move(line));
    touched_on_ = std::this_thread::get_id();
    return lines_.size();
  }
  asio::awaitable<std::string> last() {
    touched_on_ = std::this_thread::get_id();
    co_return lines_.back();
  }
  const std::vector<std::string>& lines() const { return lines_; }
  std::thread::id touched_on() const { return touched_on_; }

 private:
  std::vector<std::string> lines_;
  std::thread::id touched_on_;
};

// Long enough not to fit into the string itself: what is destroyed twice shows.
std::string long_text(int number) {
  return "line number " + std::to_string(number) + " of somebody's diary, written on a shard";
}

class OwnedTest : public ::testing::Test {
 protected:
  OwnedTest() { shards_.start(); }

  Shards shards_{2};
  Owned<Diary> diary_{shards_[1], "first"};
};

asio::awaitable<void> write_and_check(Owned<Diary>& diary, Shard& own) {
  for (int number = 0; number < 3; ++number) {
    const auto lines = co_await diary.call(&Diary::write, long_text(number));
    EXPECT_EQ(lines, static_cast<std::size_t>(number) + 2);
    EXPECT_TRUE(own.is_current());
  }
  const auto last = co_await diary.call(&Diary::last);
  EXPECT_EQ(last, long_text(2));
  EXPECT_TRUE(own.is_current());
  const auto touched_on = co_await diary.call(&Diary::touched_on);
  EXPECT_EQ(touched_on == std::this_thread::get_id(), &diary.home() == &own);
}

TEST_F(OwnedTest, ACallRunsAtHomeAndComesBackWithItsResult) {
  wait_for(shards_[0], write_and_check(diary_, shards_[0]));
}

TEST_F(OwnedTest, ACallFromHomeRunsThereToo) {
  wait_for(shards_[1], write_and_check(diary_, shards_[1]));
}

asio::awaitable<std::string> fail(Owned<Diary>& diary) {
  try {
    co_await diary.call([](Diary&, std::string why) { throw std::runtime_error(why); }, "no ink");
  } catch (const std::runtime_error& e) {
    co_return e.what();
  }
  co_return "nothing was thrown";
}

TEST_F(OwnedTest, WhatACallThrowsReachesItsCaller) {
  EXPECT_EQ(wait_for(shards_[0], fail(diary_)), "no ink");
}

TEST_F(OwnedTest, PostsAndCallsFromOneShardArriveInTheirOrder) {
  const auto post_and_ask = [](Owned<Diary>& diary) -> asio::awaitable<std::vector<std::string>> {
    for (int number = 0; number < 100; ++number) diary.post(&Diary::write, std::to_string(number));
    co_return co_await diary.call(&Diary::lines);
  };
  const auto lines = wait_for(shards_[0], post_and_ask(diary_));
  ASSERT_EQ(lines.size(), 101u);
  for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_EQ(lines[i], std::to_string(i - 1));
}

TEST_F(OwnedTest, IsEverybodysWhileNoShardRuns) {
  shards_.stop();
  EXPECT_EQ(diary_.here().lines().front(), "first");
}

TEST_F(OwnedTest, TouchingItElsewhereFailsInADebugBuild) {
#ifdef NDEBUG
  GTEST_SKIP() << "a release build does not check";
#else
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(diary_.here(), "may_touch");
#endif
}

TEST(PerShard, HoldsOneValueForEachShard) {
  Shards shards(3);
  PerShard<std::vector<int>> numbers(shards, std::size_t{2}, 7);
  for (std::uint32_t i = 0; i < shards.size(); ++i) {
    EXPECT_EQ(&numbers[i].home(), &shards[i]);
    EXPECT_EQ(numbers[shards[i]].here(), (std::vector<int>{7, 7}));
  }
}

}  // namespace
}  // namespace colo
