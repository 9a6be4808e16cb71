// Threads for calls that block: password hashes, reads from the disk.
//
// Jobs wait in two queues, one per priority, each bounded in jobs; a full one refuses immediately.
// Three of four jobs are taken from the high-priority queue while both have some. Thread-safe;
// a caller resumes on its own executor.
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
#include <string>
#include <type_traits>
#include <utility>

#include "domain/errc.hpp"
#include "runtime/log.hpp"

namespace colo {

enum class Priority { high, low };

class Worker {
 public:
  /// `name`: for the log. `jobs_max`: jobs that wait, for each priority.
  Worker(std::string name, std::size_t threads, std::size_t jobs_max)
      : name_(std::move(name)), jobs_max_(jobs_max), pool_(threads) {}
  ~Worker() { stop(); }

  /// Calls `job()`, which returns a result<T>, on a worker thread and returns its result.
  /// Errors: the job's own; internal when it throws, which is logged; busy when the queue of that
  /// priority is full, which is logged, or the worker stopped.
  template <class Job>
  boost::asio::awaitable<std::invoke_result_t<Job&>> run(Job job,
                                                         Priority priority = Priority::high) {
    using Outcome = std::invoke_result_t<Job&>;
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Outcome)>(
        [this, priority](auto handler, Job moved) {
          add(priority, std::make_unique<Waiting<Job, decltype(handler)>>(name_, std::move(moved),
                                                                          std::move(handler)));
        },
        boost::asio::use_awaitable, std::move(job));
  }

  /// Finishes the running jobs, refuses the waiting ones and joins the threads. Not to be called
  /// on a worker thread.
  void stop() {
    pool_.stop();
    pool_.join();
    std::array<Queue, 2> waiting;
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      waiting.swap(queues_);
    }
    for (auto& queue : waiting)
      for (auto& call : queue) call->refuse();
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
    Waiting(const std::string& name, Job job, Handler handler)
        : name_(name),
          job_(std::move(job)),
          handler_(std::move(handler)),
          work_(boost::asio::get_associated_executor(handler_)) {}

    void run() override {
      try {
        complete(job_());
      } catch (const std::exception& e) {
        log::error("{}: a job failed: {}", name_, e.what());
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

    const std::string& name_;
    Job job_;
    Handler handler_;
    // Keeps the caller's event loop running until we complete.
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
  };

  using Queue = std::deque<std::unique_ptr<Call>>;

  void add(Priority priority, std::unique_ptr<Call> call) {
    bool overloaded = false;
    {
      const std::lock_guard lock(mutex_);
      auto& waiting = queues_[static_cast<std::size_t>(priority)];
      overloaded = waiting.size() >= jobs_max_;
      if (!overloaded && !stopped_) waiting.push_back(std::move(call));
    }
    if (!call) {
      // One run_next() per job; each takes the job that is first by then.
      boost::asio::post(pool_, [this] { run_next(); });
      return;
    }
    if (overloaded) log::overload(name_);
    call->refuse();
  }

  void run_next() {
    std::unique_ptr<Call> next;
    {
      const std::lock_guard lock(mutex_);
      // Every fourth job is a low-priority one, so that a steady stream of others does not
      // starve those.
      const bool low = ++started_ % 4 == 0 ? !queues_[1].empty() : queues_[0].empty();
      auto& queue = queues_[low ? 1 : 0];
      next = std::move(queue.front());
      queue.pop_front();
    }
    next->run();
  }

  std::string name_;
  std::mutex mutex_;
  std::array<Queue, 2> queues_;  // by priority
  std::size_t jobs_max_;
  std::size_t started_ = 0;
  bool stopped_ = false;
  boost::asio::thread_pool pool_;  // last: its threads use the other members
};

}  // namespace colo
