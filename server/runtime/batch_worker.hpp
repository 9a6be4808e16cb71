// One thread that runs jobs in the order they were submitted, in batches.
//
// While a batch runs, the next one accumulates: under load batches grow and the cost per job
// (of an fsync, for example) falls. The queue is bounded in jobs and in bytes, and a batch is never
// more than one full queue. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/log.hpp"

namespace colo {

/// The queue is full at either bound. The last job may exceed the bytes.
struct BatchLimit {
  std::size_t jobs_max;
  std::size_t bytes_max;
};

template <class Job>
class BatchWorker {
 public:
  using Run = std::function<void(std::vector<Job>& batch)>;

  /// `run` is called on the worker's thread with at least one job. What it throws is logged under
  /// `name`, and its batch is dropped. Batches begin at least `pause` apart, unless the queue is
  /// full or the worker is stopping: a single job runs immediately, jobs in quick succession
  /// together.
  BatchWorker(std::string name, Run run, BatchLimit limit, std::chrono::microseconds pause = {})
      : name_(std::move(name)), run_(std::move(run)), limit_(limit), pause_(pause), thread_([this] {
          loop();
        }) {}
  BatchWorker(const BatchWorker&) = delete;
  BatchWorker& operator=(const BatchWorker&) = delete;
  ~BatchWorker() { stop(); }

  /// Enqueues `job`, which holds `bytes` of memory. False, leaving `job` untouched, when the queue
  /// is full (which is logged) or the worker stopped.
  bool submit(Job&& job, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    if (stopping_) return false;
    if (full()) {
      lock.unlock();
      log::overload(name_);
      return false;
    }
    waiting_.push_back(std::move(job));
    bytes_ += bytes;
    const bool wake = waiting_.size() == 1 || full();
    lock.unlock();
    if (wake) wake_.notify_one();
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
  bool full() const { return waiting_.size() >= limit_.jobs_max || bytes_ >= limit_.bytes_max; }

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
        bytes_ = 0;
      }
      due = std::chrono::steady_clock::now() + pause_;
      run(batch);
      batch.clear();
    }
  }

  void run(std::vector<Job>& batch) {
    try {
      run_(batch);
    } catch (const std::exception& e) {
      log::error("{}: a batch failed: {}", name_, e.what());
    }
  }

  std::string name_;
  Run run_;
  BatchLimit limit_;
  std::chrono::microseconds pause_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> waiting_;
  std::size_t bytes_ = 0;  // of the jobs in waiting_
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the other members
};

}  // namespace colo
