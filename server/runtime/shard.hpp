// A shard: one thread with one event loop. A socket stays on the shard that accepted it, a room
// on the shard that its id hashes to.
//
// State that lives on a shard is an Owned<T> (owned.hpp), so code above this folder needs no
// locks. Tasks from one shard to another start in order; what a shard runs on itself starts at
// once. An exception from a task is logged and ends neither the shard nor the process.
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
  /// Whether the caller runs on this shard.
  bool is_current() { return executor().running_in_this_thread(); }
  /// Whether the caller may access what lives here: it runs on this shard, or the shard has no
  /// thread (not started yet, or stopped).
  bool may_touch() { return !running_.load(std::memory_order_acquire) || is_current(); }
  asio::io_context::executor_type executor() { return context_.get_executor(); }

  /// Calls `task()` on this shard: immediately if the caller runs on it, otherwise later.
  template <class Task>
  void run(Task&& task) {
    asio::dispatch(context_, std::forward<Task>(task));
  }

  /// An id that no other connection has.
  ConnectionId next_connection() { return {index_, ++connections_}; }

  /// An id that no other flow of this shard has. They are never reused.
  FlowId next_flow() { return {++flows_}; }

  /// The current event is small and frequent: the loop may sleep after it (WakeCoalescing).
  void coalesce_wakeups() { coalesces_ = true; }

  void start();
  /// Stops the loop without running the queued tasks, and joins the thread.
  void stop();
  /// Destroys the tasks of the stopped loop, which cannot be used afterwards.
  void discard() { context_.shutdown(); }

 private:
  // shutdown() is protected. An io_context calls it in its destructor, which is too late where
  // its tasks use other loops.
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

/// All shards of the server. State that exists only once lives on the first.
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
  /// The same shard in each run, unlike with std::hash<RoomId>, which is seeded.
  Shard& of(const RoomId& room) {
    return *shards_[std::hash<std::string>{}(room.value) % shards_.size()];
  }

  /// Throws std::system_error when threads cannot be created.
  void start();
  void stop();
  /// Destroys what still waits on the stopped shards, so that nothing refers to their values any
  /// more. Afterwards the shards can only be destroyed.
  void discard();

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
};

/// Starts `task` on `executor` without waiting. What it throws is logged under `name`.
void start_task(const asio::any_io_executor& executor, asio::awaitable<void> task,
                std::string_view name);

}  // namespace colo
