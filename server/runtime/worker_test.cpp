#include "runtime/worker.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

namespace colo {
namespace {

namespace asio = boost::asio;

class OneThread : public testing::Test {
 protected:
  // Holds the only thread until release() is called.
  void occupy() {
    std::promise<void> there;
    auto begun = there.get_future();
    ask(Lane::urgent, [this, &there]() -> result<int> {
      there.set_value();
      released_.get_future().wait();
      return 0;
    });
    loop.poll();
    begun.wait();
  }
  void release() { released_.set_value(); }

  void ask(Lane lane, std::function<result<int>()> job) {
    asio::co_spawn(loop, worker.run(std::move(job), lane),
                   [this](std::exception_ptr thrown, const result<int>& outcome) {
                     ASSERT_FALSE(thrown);
                     if (!outcome) refusals.push_back(outcome.error().code);
                   });
  }
  std::function<result<int>()> noting(char name) {
    return [this, name]() -> result<int> {
      order += name;
      return 0;
    };
  }

  asio::io_context loop{1};
  std::string order;  // touched on the worker's only thread
  std::vector<errc> refusals;
  std::promise<void> released_;
  Worker worker{1, 3};
};

TEST_F(OneThread, TakesTheUrgentLaneFirstAndEachInItsOrder) {
  occupy();
  for (const char name : {'x', 'y'}) ask(Lane::patient, noting(name));
  for (const char name : {'a', 'b'}) ask(Lane::urgent, noting(name));
  loop.poll();
  release();
  loop.run();
  EXPECT_EQ(order, "abxy");
}

TEST_F(OneThread, ServesThePatientLaneEveryFourthTime) {
  occupy();  // the first turn
  for (const char name : {'x', 'y', 'z'}) ask(Lane::patient, noting(name));
  for (const char name : {'a', 'b', 'c'}) ask(Lane::urgent, noting(name));
  loop.poll();
  release();
  loop.run();
  EXPECT_EQ(order, "abxcyz");
}

TEST_F(OneThread, AFullLaneRefusesAndLeavesTheOtherAlone) {
  occupy();
  for (int i = 0; i < 5; ++i) ask(Lane::patient, noting('x'));
  loop.poll();
  EXPECT_EQ(refusals, (std::vector{errc::busy, errc::busy}));
  ask(Lane::urgent, noting('a'));
  loop.poll();
  release();
  loop.run();
  EXPECT_EQ(order, "axxx");
  EXPECT_EQ(refusals.size(), 2u);
}

TEST_F(OneThread, AJobThatThrowsIsRefusedAndTheNextOneRuns) {
  ask(Lane::urgent, []() -> result<int> { throw std::runtime_error("on purpose"); });
  ask(Lane::urgent, noting('a'));
  loop.run();
  EXPECT_EQ(refusals, std::vector{errc::internal});
  EXPECT_EQ(order, "a");
}

}  // namespace
}  // namespace colo
