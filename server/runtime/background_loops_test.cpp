#include "runtime/background_loops.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <stdexcept>

namespace colo {
namespace {

namespace asio = boost::asio;

class BackgroundLoopsTest : public testing::Test {
 protected:
  // Throws in its first `failures` runs, then returns.
  asio::awaitable<void> fail_at_first(int failures) {
    if (++runs_ <= failures) throw std::runtime_error("the disk is full");
    co_return;
  }
  void start(int failures) {
    loops_.start(loop_.get_executor(), "pruning",
                 [this, failures] { return fail_at_first(failures); });
    loop_.run();
  }

  ManualClock clock_;
  asio::io_context loop_;
  BackgroundLoops loops_{clock_, std::chrono::milliseconds{0}};
  int runs_ = 0;
};

TEST_F(BackgroundLoopsTest, ALoopThatThrowsIsRestarted) {
  start(3);
  EXPECT_EQ(runs_, 4);
}

TEST_F(BackgroundLoopsTest, ALoopThatThrewCountsAsFailingForAWhile) {
  start(1);
  EXPECT_EQ(loops_.failing(), std::vector<std::string>{"pruning"});
  clock_.advance(BackgroundLoops::failing_time);
  EXPECT_TRUE(loops_.failing().empty());
}

TEST_F(BackgroundLoopsTest, ALoopThatReturnsEnds) {
  start(0);
  EXPECT_EQ(runs_, 1);
  EXPECT_TRUE(loops_.failing().empty());
}

}  // namespace
}  // namespace colo
