#include "runtime/shard.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include "runtime/log.hpp"

namespace colo {

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
