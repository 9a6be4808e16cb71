// Loops that run beside the requests: sweeping, pruning, accepting.
//
// A loop that throws is logged, restarted after a pause, and listed by failing() for a while.
// Thread-safe. Must outlive the event loops it was given.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/clock.hpp"

namespace colo {

class BackgroundLoops {
 public:
  using Loop = std::function<boost::asio::awaitable<void>()>;

  /// A loop counts as failing for this long after it threw; it is logged once in that time.
  static constexpr std::chrono::seconds failing_time{60};

  explicit BackgroundLoops(const Clock& clock,
                           std::chrono::milliseconds restart_pause = std::chrono::seconds{1})
      : clock_(clock), restart_pause_(restart_pause) {}
  BackgroundLoops(const BackgroundLoops&) = delete;
  BackgroundLoops& operator=(const BackgroundLoops&) = delete;

  /// Runs `loop()` on `executor`, and again after each exception, until it returns.
  void start(const boost::asio::any_io_executor& executor, std::string name, Loop loop);

  /// The names of the failing loops, in the order in which they were started.
  std::vector<std::string> failing() const;

 private:
  struct State {
    std::string name;
    std::optional<SteadyTime> threw_at;
  };

  boost::asio::awaitable<void> run(State& state, Loop loop);
  void note_failure(State& state, const char* what);
  bool is_failing(const State& state) const;

  const Clock& clock_;
  std::chrono::milliseconds restart_pause_;
  mutable std::mutex mutex_;
  std::deque<State> states_;  // guarded by mutex_; references to elements stay valid
};

}  // namespace colo
