#include "runtime/shard.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <exception>
#include <string>
#include <utility>

#include "runtime/log.hpp"
#include "runtime/wake_coalescing.hpp"

namespace colo {

namespace {

// The longest chain of tasks that wait for each other across shards.
constexpr int chain_max = 8;

// CPU time of the calling thread.
std::chrono::nanoseconds thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace

Shard::Shard(std::uint32_t index) : index_(index), work_(asio::make_work_guard(context_)) {}

Shard::~Shard() {
  stop();
}

void Shard::start() {
  running_.store(true, std::memory_order_release);
  thread_ = std::thread([this] { loop(); });
}

void Shard::loop() {
  WakeCoalescing coalescing;
  auto done = thread_time();
  while (run_some()) {
    const auto before = std::exchange(done, thread_time());
    if (!std::exchange(coalesces_, false)) continue;
    std::this_thread::sleep_until(coalescing.next(std::chrono::steady_clock::now(), done - before));
  }
}

// False when the loop was stopped. A task that throws is our bug; it must end neither the process
// nor this shard.
bool Shard::run_some() {
  try {
    if (context_.run_one() == 0) return false;
    context_.poll();
  } catch (const std::exception& e) {
    log::error("a task of shard {} failed: {}", index_, e.what());
  }
  return true;
}

void Shard::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
  running_.store(false, std::memory_order_release);
}

Shards::Shards(std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(i));
}

// The loop of another shard holds a task that waits there, with timers and sockets of the task's
// own shard. So no loop is destroyed before the tasks of all are. A discarded task is posted to its
// own shard's loop to be destroyed, hence several rounds.
Shards::~Shards() {
  stop();
  discard();
}

void Shards::discard() {
  for (int hop = 0; hop < chain_max; ++hop)
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
