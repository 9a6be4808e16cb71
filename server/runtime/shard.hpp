// A shard: one thread with one event loop. Everything that moves lives on one.
//
// A socket stays on the shard that accepted it; a room lives on the shard that
// its id hashes to. State is reached only from its own shard, so nothing above
// this folder needs a lock: to touch another shard's state, `co_await on(shard,
// task)` or `shard.run(task)`. From one shard to another they arrive in their
// order; what a shard asks of itself is done at once.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "domain/ids.hpp"

namespace colo {

namespace asio = boost::asio;

class Shard {
 public:
  explicit Shard(std::uint32_t index);
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;
  ~Shard();

  std::uint32_t index() const { return index_; }
  asio::io_context& context() { return context_; }
  /// Whether the caller runs on this shard. From any thread.
  bool is_current() { return executor().running_in_this_thread(); }
  /// Whether the caller may touch what lives here: it runs on this shard, or the shard has no
  /// thread (it was not started yet, or was stopped). From any thread.
  bool may_touch() { return !running_.load(std::memory_order_acquire) || is_current(); }
  asio::io_context::executor_type executor() { return context_.get_executor(); }

  /// Calls `task()` on this shard: now, when called there, or else soon. From any shard.
  template <class Task>
  void run(Task&& task) {
    asio::dispatch(context_, std::forward<Task>(task));
  }

  /// A number no other connection of this shard has. On this shard.
  ConnectionId next_connection() { return {index_, ++connections_}; }

  /// An id that no other flow of this shard has. They are never reused.
  FlowId next_flow() { return {++flows_}; }

  /// The current event is small and frequent: the loop may sleep after it (WakeCoalescing).
  void coalesce_wakeups() { coalesces_ = true; }

  void start();
  /// Stops the loop where it stands and joins the thread. From outside.
  void stop();
  /// Destroys what still waits on the stopped loop, which then only can be destroyed.
  void discard() { context_.shutdown(); }

 private:
  // An io_context discards only when it is destroyed; with many, that is too late.
  struct Loop : asio::io_context {
    using asio::io_context::io_context;
    using asio::io_context::shutdown;
  };

  void loop();
  bool run_some();

  std::uint32_t index_;
  std::uint64_t connections_ = 0;
  std::uint32_t flows_ = 0;
  bool coalesces_ = false;
  std::atomic<bool> running_{false};
  Loop context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

/// All shards of the server; the first also owns what there is only one of.
class Shards {
 public:
  /// `count` of at least one.
  explicit Shards(std::uint32_t count);
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;
  ~Shards();

  static std::uint32_t one_per_core();

  std::uint32_t size() const { return static_cast<std::uint32_t>(shards_.size()); }
  Shard& operator[](std::uint32_t index) { return *shards_[index]; }
  Shard& first() { return *shards_.front(); }
  /// The same one in each run, unlike what std::hash<RoomId> would give.
  Shard& of(const RoomId& room) {
    return *shards_[std::hash<std::string>{}(room.value) % shards_.size()];
  }

  /// Throws std::system_error when threads cannot be had.
  void start();
  void stop();

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
};

/// Runs `task` on `shard` and comes back with its result on the caller's own.
/// The world may have changed meanwhile, here as well as there.
template <class T>
asio::awaitable<T> on(Shard& shard, asio::awaitable<T> task) {
  if (shard.executor().running_in_this_thread()) co_return co_await std::move(task);
  co_return co_await asio::co_spawn(shard.executor(), std::move(task), asio::use_awaitable);
}

/// Starts `task` on `executor` with nobody waiting; what it throws is logged as `name`.
void start_task(const asio::any_io_executor& executor, asio::awaitable<void> task,
                std::string_view name);

}  // namespace colo
