// How much time has passed for the log: the clock by which drawings grow old.
//
// The machine's wall clock can be wrong by years, and what it makes look old would
// be removed for good. So this clock counts the time that the server ran (steady
// clock), and adds what the wall clock says passed besides (the server was off, the
// machine was suspended) at once only where that is at most `plausible_gap`. More is
// held back until the wall clock has said so for `proof_time` of running.
// A plain value; SqliteRetention keeps it in the database.
#pragma once

#include <chrono>
#include <optional>

#include "domain/message.hpp"

namespace colo {

struct LogClock {
  using Time = std::chrono::milliseconds;

  static constexpr Time plausible_gap = std::chrono::hours{24};
  static constexpr Time proof_time = std::chrono::hours{24};

  /// A wall clock that differs by more than the plausible.
  struct Doubt {
    Time ahead;  // the wall clock minus `time`, as it is now
    Time ran;    // for how long of running it has been so
  };

  enum class Verdict {
    agreed,     // the wall clock is plausible
    doubted,    // it no longer is, or differs otherwise than before
    waiting,    // as at the last reading
    withdrawn,  // it is plausible again
    believed,   // it stood long enough
  };

  struct Reading {
    Verdict verdict = Verdict::agreed;
    Time gap{};       // by how much the wall clock differs, or did
    Time credited{};  // time that passed before the server noticed
    Time since{};     // what was noted later than this happened after that time: it is no older
  };

  /// That of a new server. Years before 2020 are believed of no machine.
  static LogClock beginning_at(WallTime wall);

  /// `ran`: how long the server ran since the last reading; 0 at the first after a start.
  Reading advance(Time ran, WallTime wall);

  /// The wall clock as the log believes it. Never goes back by more than plausible_gap
  /// without proof.
  WallTime wall() const { return WallTime{time + wall_ahead}; }

  Time time{};        // of the log; begins near the Unix time of the first start
  Time wall_ahead{};  // the believed wall clock minus `time`
  Time agreed{};      // `time` when the wall clock was last plausible
  std::optional<Doubt> doubt;
};

}  // namespace colo
