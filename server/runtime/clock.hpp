// The source of the time, so that tests need not wait.
//
// Deadlines use now(), which is monotonic: setting the machine's clock ends no session. wall() is
// for display and for dates. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>

#include "domain/message.hpp"

namespace colo {

using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;
  virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
};

/// For tests: changes only when it is set.
class ManualClock final : public Clock {
 public:
  SteadyTime now() const override { return SteadyTime{} + std::chrono::hours{1} + passed_.load(); }
  WallTime wall() const override {
    return WallTime{} + std::chrono::hours{24 * 20'000} + passed_.load() + set_by_.load();
  }
  void advance(std::chrono::milliseconds by) { passed_ = passed_.load() + by; }
  /// Shifts wall() alone by `by`.
  void set_wall(std::chrono::milliseconds by) { set_by_ = by; }

 private:
  std::atomic<std::chrono::milliseconds> passed_{std::chrono::milliseconds{0}};
  std::atomic<std::chrono::milliseconds> set_by_{std::chrono::milliseconds{0}};
};

}  // namespace colo
