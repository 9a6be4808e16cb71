#include "runtime/shard.hpp"

#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <stdexcept>
#include <utility>

namespace colo {
namespace {

// Waits until the loop of `shard` ends; holds on to that loop.
asio::awaitable<int> wait_on(Shard& shard, std::promise<void>& there) {
  asio::steady_timer timer(shard.executor(), asio::steady_timer::time_point::max());
  there.set_value();
  boost::system::error_code ended;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  co_return 1;
}

asio::awaitable<void> visit(Shard& home, Shard& away, std::promise<void>& there) {
  asio::steady_timer at_home(home.executor(), asio::steady_timer::time_point::max());
  auto waiting = wait_on(away, there);
  co_await on(away, std::move(waiting));
}

asio::awaitable<bool> is_on(Shard& shard) {
  co_return shard.executor().running_in_this_thread();
}

asio::awaitable<bool> there_and_back(Shard& home, Shard& away) {
  auto asking = is_on(away);
  const bool there = co_await on(away, std::move(asking));
  co_return there&& home.executor().running_in_this_thread();
}

TEST(Shard, IsThereToTheEndOfWhatWaitsOnAnother) {
  for (const auto& [home, away] : {std::pair{0u, 1u}, std::pair{1u, 0u}}) {
    auto shards = std::make_unique<Shards>(2);
    std::promise<void> there;
    start_task((*shards)[home].executor(), visit((*shards)[home], (*shards)[away], there), "test");
    shards->start();
    there.get_future().get();
    shards->stop();
    shards.reset();  // the sanitizers see what it touches
  }
}

TEST(Shard, ComesBackWithTheResultOfATaskOnAnother) {
  Shards shards(2);
  shards.start();
  auto done =
      asio::co_spawn(shards[0].executor(), there_and_back(shards[0], shards[1]), asio::use_future);
  EXPECT_TRUE(done.get());
}

TEST(Shard, GoesOnAfterAPostedFunctionThrew) {
  Shards shards(1);
  shards.start();
  asio::post(shards[0].executor(), [] { throw std::runtime_error("a fault of ours"); });
  auto done = asio::co_spawn(shards[0].executor(), is_on(shards[0]), asio::use_future);
  EXPECT_TRUE(done.get());
}

}  // namespace
}  // namespace colo
