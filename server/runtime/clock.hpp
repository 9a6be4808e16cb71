// Where the time comes from, so that tests need not wait for it.
//
// Deadlines use now() (monotonic: setting the machine's clock signs nobody
// out); wall() is for showing. Safe from any thread.
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

/// Stands still until it is told to move; for tests.
class ManualClock final : public Clock {
 public:
  SteadyTime now() const override { return SteadyTime{} + std::chrono::hours{1} + passed_.load(); }
  WallTime wall() const override {
    return WallTime{} + std::chrono::hours{24 * 20'000} + passed_.load() + set_by_.load();
  }
  void advance(std::chrono::milliseconds by) { passed_ = passed_.load() + by; }
  /// Sets the wall clock alone: `by` more than it would show otherwise.
  void set_wall(std::chrono::milliseconds by) { set_by_ = by; }

 private:
  std::atomic<std::chrono::milliseconds> passed_{std::chrono::milliseconds{0}};
  std::atomic<std::chrono::milliseconds> set_by_{std::chrono::milliseconds{0}};
};

}  // namespace colo
