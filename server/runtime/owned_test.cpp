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

// Remembers on which thread it was last used.
class Diary {
 public:
  explicit Diary(std::string first) { lines_.push_back(std::move(first)); }

  std::size_t write(std::string line) {
    lines_.push_back(std::move(line));
    used_on_ = std::this_thread::get_id();
    return lines_.size();
  }
  asio::awaitable<std::string> last() {
    used_on_ = std::this_thread::get_id();
    co_return lines_.back();
  }
  const std::vector<std::string>& lines() const { return lines_; }
  std::thread::id used_on() const { return used_on_; }

 private:
  std::vector<std::string> lines_;
  std::thread::id used_on_;
};

// Longer than the small-string buffer, so that AddressSanitizer detects a double free.
std::string long_text(int number) {
  return "line number " + std::to_string(number) + " of a diary, written on a shard";
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
  const auto used_on = co_await diary.call(&Diary::used_on);
  EXPECT_EQ(used_on == std::this_thread::get_id(), &diary.home() == &own);
}

TEST_F(OwnedTest, ACallRunsOnTheHomeShardAndReturnsItsResult) {
  wait_for(shards_[0], write_and_check(diary_, shards_[0]));
}

TEST_F(OwnedTest, ACallFromTheHomeShardRunsThereToo) {
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

TEST_F(OwnedTest, ExceptionsReachTheCaller) {
  EXPECT_EQ(wait_for(shards_[0], fail(diary_)), "no ink");
}

TEST_F(OwnedTest, PostsAndCallsFromOneShardArriveInOrder) {
  const auto post_and_ask = [](Owned<Diary>& diary) -> asio::awaitable<std::vector<std::string>> {
    for (int number = 0; number < 100; ++number) diary.post(&Diary::write, std::to_string(number));
    co_return co_await diary.call(&Diary::lines);
  };
  const auto lines = wait_for(shards_[0], post_and_ask(diary_));
  ASSERT_EQ(lines.size(), 101u);
  for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_EQ(lines[i], std::to_string(i - 1));
}

TEST_F(OwnedTest, MayBeUsedAnywhereWhileNoShardRuns) {
  shards_.stop();
  EXPECT_EQ(diary_.here().lines().front(), "first");
}

TEST_F(OwnedTest, UsingItElsewhereFailsInADebugBuild) {
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
