// One thread that does jobs in their order, as many at once as have gathered.
//
// While a batch runs, the next one gathers: under load batches grow and the
// cost of each job's share (an fsync, say) falls. submit() from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace colo {

template <class Job>
class BatchWorker {
 public:
  using Run = std::function<void(std::vector<Job>& batch)>;

  /// `run` is called on the worker's thread with one to `jobs_max` jobs; it must not throw.
  /// From the beginning of one batch to the next are at least `pause`, unless the queue is full
  /// or it is to stop: a job that comes alone is done at once, many that come one by one together.
  BatchWorker(Run run, std::size_t jobs_max, std::chrono::microseconds pause = {})
      : run_(std::move(run)), jobs_max_(jobs_max), pause_(pause), thread_([this] { loop(); }) {}
  BatchWorker(const BatchWorker&) = delete;
  BatchWorker& operator=(const BatchWorker&) = delete;
  ~BatchWorker() { stop(); }

  /// False, leaving `job` untouched, when the queue is full or the worker stopped.
  bool submit(Job&& job) {
    bool worth_waking = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || full()) return false;
      waiting_.push_back(std::move(job));
      worth_waking = waiting_.size() == 1 || full();
    }
    if (worth_waking) wake_.notify_one();
    return true;
  }

  /// Runs what was submitted, then joins the thread.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  bool full() const { return waiting_.size() >= jobs_max_; }

  void loop() {
    std::vector<Job> batch;
    auto due = std::chrono::steady_clock::now();
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        wake_.wait_until(lock, due, [this] { return stopping_ || full(); });
        batch.swap(waiting_);
      }
      due = std::chrono::steady_clock::now() + pause_;
      run_(batch);
      batch.clear();
    }
  }

  Run run_;
  std::size_t jobs_max_;
  std::chrono::microseconds pause_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it starts using the rest at once
};

}  // namespace colo
