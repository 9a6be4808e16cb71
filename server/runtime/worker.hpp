// Threads for calls that block: password hashes, reads from the disk.
//
// run() may be called from any shard and comes back to it. Jobs wait in two
// lanes, each bounded in jobs: what is urgent goes before what is patient, three
// turns of four, and neither lane can fill the other. A full one refuses at once
// instead of making people wait.
#pragma once

#include <array>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

#include "domain/errc.hpp"
#include "runtime/log.hpp"

namespace colo {

enum class Lane { urgent, patient };

class Worker {
 public:
  Worker(std::size_t threads, std::size_t jobs_max) : jobs_max_(jobs_max), pool_(threads) {}
  ~Worker() { stop(); }

  /// Calls `job()`, which returns a result<T>, on a worker thread and gives
  /// back what it returned. Errors: busy when `jobs_max` jobs wait in that lane.
  template <class Job>
  boost::asio::awaitable<std::invoke_result_t<Job&>> run(Job job, Lane lane = Lane::urgent) {
    using Outcome = std::invoke_result_t<Job&>;
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Outcome)>(
        [this, lane](auto handler, Job moved) {
          add(lane, std::make_unique<Waiting<Job, decltype(handler)>>(std::move(moved),
                                                                      std::move(handler)));
        },
        boost::asio::use_awaitable, std::move(job));
  }

  /// Finishes what was begun and joins the threads. From outside.
  void stop() {
    pool_.stop();
    pool_.join();
  }

 private:
  class Call {
   public:
    virtual ~Call() = default;
    virtual void run() = 0;
    virtual void refuse() = 0;
  };

  template <class Job, class Handler>
  class Waiting final : public Call {
   public:
    Waiting(Job job, Handler handler)
        : job_(std::move(job)),
          handler_(std::move(handler)),
          work_(boost::asio::get_associated_executor(handler_)) {}

    void run() override {
      try {
        complete(job_());
      } catch (const std::exception& e) {
        log::error("a job was given up: {}", e.what());
        complete(errc::internal);
      }
    }
    void refuse() override { complete(errc::busy); }

   private:
    void complete(std::invoke_result_t<Job&> outcome) {
      boost::asio::post(work_.get_executor(),
                        [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
                          std::move(handler)(std::move(outcome));
                        });
    }

    Job job_;
    Handler handler_;
    // Keeps the caller's event loop running while it waits for us.
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
  };

  void add(Lane lane, std::unique_ptr<Call> call) {
    {
      const std::lock_guard lock(mutex_);
      auto& waiting = lanes_[static_cast<std::size_t>(lane)];
      if (waiting.size() < jobs_max_) waiting.push_back(std::move(call));
    }
    // As many turns as there are jobs; each takes the job that is due by then.
    if (call)
      call->refuse();
    else
      boost::asio::post(pool_, [this] { run_next(); });
  }

  void run_next() {
    std::unique_ptr<Call> next;
    {
      const std::lock_guard lock(mutex_);
      // The patient are served, too, however many urgent ones there are.
      const bool patient = ++turns_ % 4 == 0 ? !lanes_[1].empty() : lanes_[0].empty();
      auto& lane = lanes_[patient ? 1 : 0];
      next = std::move(lane.front());
      lane.pop_front();
    }
    next->run();
  }

  std::mutex mutex_;
  std::array<std::deque<std::unique_ptr<Call>>, 2> lanes_;
  std::size_t jobs_max_;
  std::size_t turns_ = 0;
  boost::asio::thread_pool pool_;  // last: its threads use the rest
};

}  // namespace colo
