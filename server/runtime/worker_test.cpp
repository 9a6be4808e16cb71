#include "runtime/worker.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/log_capture.hpp"

namespace colo {
namespace {

namespace asio = boost::asio;

class OneThread : public testing::Test {
 protected:
  // Occupies the only thread until release().
  void occupy() {
    std::promise<void> there;
    auto begun = there.get_future();
    ask(Priority::high, [this, &there]() -> result<int> {
      there.set_value();
      released_.get_future().wait();
      return 0;
    });
    loop.poll();
    begun.wait();
  }
  void release() { released_.set_value(); }

  void ask(Priority priority, std::function<result<int>()> job) {
    asio::co_spawn(loop, worker.run(std::move(job), priority),
                   [this](std::exception_ptr thrown, const result<int>& outcome) {
                     ASSERT_FALSE(thrown);
                     if (!outcome) refusals.push_back(outcome.error().code);
                   });
  }
  std::function<result<int>()> appending(char name) {
    return [this, name]() -> result<int> {
      order += name;
      return 0;
    };
  }

  asio::io_context loop{1};
  std::string order;  // used on the worker's only thread
  std::vector<errc> refusals;
  std::promise<void> released_;
  Worker worker{"jobs of the test", 1, 3};
};

TEST_F(OneThread, TakesHighPriorityFirstAndEachQueueInOrder) {
  occupy();
  for (const char name : {'x', 'y'}) ask(Priority::low, appending(name));
  for (const char name : {'a', 'b'}) ask(Priority::high, appending(name));
  loop.poll();
  release();
  loop.run();
  EXPECT_EQ(order, "abxy");
}

TEST_F(OneThread, TakesALowPriorityJobEveryFourthTime) {
  occupy();  // the first job
  for (const char name : {'x', 'y', 'z'}) ask(Priority::low, appending(name));
  for (const char name : {'a', 'b', 'c'}) ask(Priority::high, appending(name));
  loop.poll();
  release();
  loop.run();
  EXPECT_EQ(order, "abxcyz");
}

TEST_F(OneThread, AFullQueueRefusesAndLeavesTheOtherAlone) {
  occupy();
  for (int i = 0; i < 5; ++i) ask(Priority::low, appending('x'));
  loop.poll();
  EXPECT_EQ(refusals, (std::vector{errc::busy, errc::busy}));
  ask(Priority::high, appending('a'));
  loop.poll();
  release();
  loop.run();
  EXPECT_EQ(order, "axxx");
  EXPECT_EQ(refusals.size(), 2u);
}

TEST_F(OneThread, AFullQueueIsLoggedOncePerWindow) {
  LogCapture log;
  occupy();
  for (int i = 0; i < 8; ++i) ask(Priority::low, appending('x'));
  loop.poll();
  EXPECT_EQ(log.count("jobs of the test: the queue is full"), 2u) << "one, and a count of four";
  release();
  loop.run();
}

TEST_F(OneThread, AJobThatThrowsIsRefusedAndTheNextOneRuns) {
  LogCapture log;
  ask(Priority::high, []() -> result<int> { throw std::runtime_error("on purpose"); });
  ask(Priority::high, appending('a'));
  loop.run();
  EXPECT_EQ(refusals, std::vector{errc::internal});
  EXPECT_EQ(order, "a");
  EXPECT_EQ(log.count("jobs of the test: a job failed: on purpose"), 1u);
}

TEST_F(OneThread, StoppingRefusesTheJobsThatWait) {
  occupy();
  ask(Priority::high, appending('a'));
  ask(Priority::low, appending('x'));
  loop.poll();
  std::thread stopping([this] { worker.stop(); });
  release();
  stopping.join();
  ask(Priority::high, appending('b'));
  loop.run();
  EXPECT_EQ(order.size() + refusals.size(), 3u);
  ASSERT_FALSE(refusals.empty());
  EXPECT_EQ(refusals.back(), errc::busy);
}

}  // namespace
}  // namespace colo
