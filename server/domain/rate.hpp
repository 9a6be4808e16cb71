// A token bucket: limits how often something may happen, with bursts.
//
// A plain value; the caller passes the time. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>

namespace colo {

/// `count` times in each `per`, possibly all at once.
struct Rate {
  double count = 1;
  std::chrono::milliseconds per{1000};
};

class Bucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Bucket(Rate rate, Time now) : rate_(rate), level_(rate.count), filled_(now) {}

  /// Takes a token and returns zero, or returns how long until there is one.
  std::chrono::milliseconds take(Time now) {
    refill(now);
    if (level_ >= 1) {
      level_ -= 1;
      return std::chrono::milliseconds{0};
    }
    const double wait_ms = (1 - level_) * static_cast<double>(rate_.per.count()) / rate_.count;
    return std::chrono::milliseconds{static_cast<std::int64_t>(wait_ms) + 1};
  }

  /// Returns a token whose request failed.
  void give_back() { level_ = std::min(rate_.count, level_ + 1); }

  /// Whether the bucket is full, so that dropping it changes nothing.
  bool full(Time now) const {
    Bucket later = *this;
    later.refill(now);
    return later.level_ >= rate_.count;
  }

 private:
  void refill(Time now) {
    const std::chrono::duration<double, std::milli> passed = now - filled_;
    const double per_ms = rate_.count / static_cast<double>(rate_.per.count());
    level_ = std::min(rate_.count, level_ + passed.count() * per_ms);
    filled_ = now;
  }

  Rate rate_;
  double level_;
  Time filled_;
};

}  // namespace colo
