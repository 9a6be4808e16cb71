// Threads for calls that block: password hashes, reads from the disk.
//
// run() may be called from any shard and comes back to it. The queue is
// bounded in jobs; a full one refuses at once instead of making people wait.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <type_traits>

#include "domain/errc.hpp"

namespace colo {

class Worker {
 public:
  Worker(std::size_t threads, std::size_t jobs_max) : pool_(threads), jobs_max_(jobs_max) {}
  ~Worker() { stop(); }

  /// Calls `job()`, which returns a result<T>, on a worker thread and gives
  /// back what it returned. Errors: busy when `jobs_max` jobs wait already.
  template <class Job>
  boost::asio::awaitable<std::invoke_result_t<Job&>> run(Job job) {
    if (waiting_.fetch_add(1) >= jobs_max_) {
      waiting_.fetch_sub(1);
      co_return Refusal(errc::busy, std::string(sentence(errc::busy)), std::chrono::seconds{2});
    }
    co_return co_await boost::asio::co_spawn(pool_, call(std::move(job)),
                                             boost::asio::use_awaitable);
  }

  /// Finishes what was begun and joins the threads. From outside.
  void stop() {
    pool_.stop();
    pool_.join();
  }

 private:
  template <class Job>
  boost::asio::awaitable<std::invoke_result_t<Job&>> call(Job job) {
    struct Done {
      std::atomic<std::size_t>& waiting;
      ~Done() { waiting.fetch_sub(1); }
    } done{waiting_};
    co_return job();
  }

  boost::asio::thread_pool pool_;
  std::size_t jobs_max_;
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace colo
