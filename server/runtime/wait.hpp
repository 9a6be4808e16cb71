// Blocks a thread outside the shards, main's or a test's, until tasks on them end.
//
// On a shard's own thread this would wait for itself for ever.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <utility>
#include <vector>

#include "runtime/shard.hpp"

namespace colo {

/// Runs `task` on `shard` and returns its value. Throws what the task throws.
template <class T>
T wait_for(Shard& shard, asio::awaitable<T> task) {
  return asio::co_spawn(shard.executor(), std::move(task), asio::use_future).get();
}

/// Runs `make_task(shard)` on every shard at the same time and waits for all of them.
template <class MakeTask>
void wait_for_all(Shards& shards, MakeTask make_task) {
  std::vector<std::future<void>> running;
  for (std::uint32_t i = 0; i < shards.size(); ++i)
    running.push_back(asio::co_spawn(shards[i].executor(), make_task(shards[i]), asio::use_future));
  for (auto& task : running) task.get();
}

}  // namespace colo
