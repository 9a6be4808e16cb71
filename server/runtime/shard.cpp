#include "runtime/shard.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include "runtime/log.hpp"

namespace colo {

namespace {

// A task on one shard that waits for a task on another that … is no longer than this.
constexpr int hops_max = 8;

}  // namespace

Shard::Shard(std::uint32_t index) : index_(index), work_(asio::make_work_guard(context_)) {}

Shard::~Shard() {
  stop();
}

void Shard::start() {
  thread_ = std::thread([this] { context_.run(); });
}

void Shard::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

Shards::Shards(std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(i));
}

// A task that waits on another shard is held there, with its timers and sockets
// that belong to its own: all loops must be there until nothing waits on any.
// A discarded task comes back to its own shard's loop to be destroyed.
Shards::~Shards() {
  stop();
  for (int hop = 0; hop < hops_max; ++hop)
    for (auto& shard : shards_) shard->discard();
}

std::uint32_t Shards::one_per_core() {
  return std::max(1u, std::thread::hardware_concurrency());
}

void Shards::start() {
  for (auto& shard : shards_) shard->start();
}

void Shards::stop() {
  for (auto& shard : shards_) shard->stop();
}

void start_task(const asio::any_io_executor& executor, asio::awaitable<void> task,
                std::string_view name) {
  asio::co_spawn(executor, std::move(task), [name = std::string(name)](std::exception_ptr thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      log::error("{} stopped: {}", name, e.what());
    }
  });
}

}  // namespace colo
