// The clock by which messages age.
//
// The machine's wall clock can be wrong by years, and messages that look old are deleted for good.
// So this clock counts the time that the server ran (steady clock). Time that the wall clock adds
// (the server was off, the machine suspended) counts immediately only up to `plausible_gap`. More
// counts only after the wall clock has shown it for `proof_time` of running.
// A plain value; SqliteRetention stores it in the database.
#pragma once

#include <chrono>
#include <optional>

#include "domain/message.hpp"

namespace colo {

struct LogClock {
  using Time = std::chrono::milliseconds;

  static constexpr Time plausible_gap = std::chrono::hours{24};
  static constexpr Time proof_time = std::chrono::hours{24};

  /// A wall clock that differs by more than `plausible_gap`.
  struct Doubt {
    Time ahead;  // the current wall clock minus `time`
    Time ran;    // how long the server has run since
  };

  enum class Verdict {
    agreed,     // the wall clock is plausible
    doubted,    // no longer plausible, or by another difference than before
    waiting,    // unchanged since the last reading
    withdrawn,  // plausible again
    believed,   // accepted after proof_time
  };

  struct Reading {
    Verdict verdict = Verdict::agreed;
    Time gap{};       // the difference of the wall clock, now or before it was believed
    Time credited{};  // time added to the clock beyond `ran`
    Time since{};     // what was recorded later than this gets no older by `credited`
  };

  /// The clock of a new server. A wall clock before 2020 is never accepted.
  static LogClock beginning_at(WallTime wall);

  /// `ran`: how long the server ran since the last reading; 0 at the first after a start.
  Reading advance(Time ran, WallTime wall);

  /// The wall clock that the log accepts. Never goes back by more than plausible_gap without proof.
  WallTime wall() const { return WallTime{time + wall_ahead}; }

  Time time{};        // of the log; starts near the Unix time of the first start
  Time wall_ahead{};  // the accepted wall clock minus `time`
  Time agreed{};      // `time` when the wall clock was last plausible
  std::optional<Doubt> doubt;
};

}  // namespace colo
