#include "runtime/shard.hpp"

#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <stdexcept>
#include <utility>

#include "runtime/log_capture.hpp"
#include "runtime/owned.hpp"
#include "runtime/wait.hpp"

namespace colo {
namespace {

// Waits until the loop of `shard` ends; its timer uses that loop.
asio::awaitable<void> wait_on(Shard*& shard, std::promise<void>* there) {
  asio::steady_timer timer(shard->executor(), asio::steady_timer::time_point::max());
  there->set_value();
  boost::system::error_code ended;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
}

asio::awaitable<void> visit(Shard& home, Owned<Shard*>& away, std::promise<void>& there) {
  asio::steady_timer at_home(home.executor(), asio::steady_timer::time_point::max());
  co_await away.call(&wait_on, &there);
}

asio::awaitable<bool> is_on(Shard& shard) {
  co_return shard.executor().running_in_this_thread();
}

TEST(Shard, OutlivesATaskThatWaitsOnAnother) {
  for (const auto& [home, away] : {std::pair{0u, 1u}, std::pair{1u, 0u}}) {
    auto shards = std::make_unique<Shards>(2);
    Owned<Shard*> owned((*shards)[away], &(*shards)[away]);
    std::promise<void> there;
    start_task((*shards)[home].executor(), visit((*shards)[home], owned, there), "test");
    shards->start();
    there.get_future().get();
    shards->stop();
    shards.reset();  // AddressSanitizer detects a use of a destroyed loop
  }
}

TEST(Shard, ContinuesAfterAPostedFunctionThrew) {
  Shards shards(1);
  shards.start();
  asio::post(shards[0].executor(), [] { throw std::runtime_error("a bug of ours"); });
  auto done = asio::co_spawn(shards[0].executor(), is_on(shards[0]), asio::use_future);
  EXPECT_TRUE(done.get());
}

TEST(Shard, ContinuesAfterACompletionThrew) {
  LogCapture log;
  {
    Shards shards(2);
    shards.start();
    asio::co_spawn(shards[0].executor(), is_on(shards[1]), [](std::exception_ptr, bool) {
      throw std::runtime_error("a bug in a completion");
    });
    auto done = asio::co_spawn(shards[0].executor(), is_on(shards[0]), asio::use_future);
    EXPECT_TRUE(done.get());
  }
  EXPECT_EQ(log.count("a task of shard 0 failed: a bug in a completion"), 1u);
}

TEST(Shard, ContinuesAfterAFunctionThatItRanAtOnceThrew) {
  LogCapture log;
  {
    Shards shards(1);
    shards.start();
    bool continued = false;
    const auto run_at_once = [](Shard& shard, bool& after) -> asio::awaitable<void> {
      shard.run([] { throw std::runtime_error("a bug at once"); });
      after = true;
      co_return;
    };
    wait_for(shards[0], run_at_once(shards[0], continued));
    EXPECT_TRUE(continued);
    EXPECT_TRUE(wait_for(shards[0], is_on(shards[0])));
  }
  EXPECT_EQ(log.count("a task of shard 0 failed: a bug at once"), 1u);
}

}  // namespace
}  // namespace colo
