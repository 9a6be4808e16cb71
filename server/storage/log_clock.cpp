#include "storage/log_clock.hpp"

#include <algorithm>

namespace colo {

LogClock LogClock::beginning_at(WallTime wall) {
  constexpr WallTime year_2020 = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};
  LogClock clock;
  clock.time = std::max(wall, year_2020).time_since_epoch();
  clock.agreed = clock.time - Time{1};  // nothing confirms this date yet
  return clock;
}

LogClock::Reading LogClock::advance(Time ran, WallTime wall) {
  time += ran;
  const Time ahead = wall.time_since_epoch() - time;
  Reading reading{Verdict::agreed, ahead - wall_ahead, {}, agreed};

  if (std::chrono::abs(reading.gap) <= plausible_gap) {
    if (doubt) reading.verdict = Verdict::withdrawn;
    // No negative credit: a clock that is set back and forth must not be credited each time.
    reading.credited = std::max(reading.gap, Time{0});
    time += reading.credited;
    agreed = time;
    doubt.reset();
    return reading;
  }

  // If the wall clock is further ahead than before, the doubt continues: it is at least that far
  // ahead.
  const Time more = doubt ? ahead - doubt->ahead : Time{0};
  const bool behind = doubt && doubt->ahead < wall_ahead;
  if (!doubt || more < -plausible_gap || (behind && more > plausible_gap)) {
    doubt = Doubt{ahead, Time{0}};
    reading.verdict = Verdict::doubted;
    return reading;
  }

  doubt->ran += ran;
  // The server was off for a short time, which passed whatever the date is.
  if (more > Time{0} && more <= plausible_gap) time += more;
  if (doubt->ran < proof_time) {
    reading.verdict = Verdict::waiting;
    return reading;
  }

  reading.verdict = Verdict::believed;
  reading.gap = doubt->ahead - wall_ahead;
  reading.credited = std::max(reading.gap, Time{0});
  time += reading.credited;
  wall_ahead += std::min(reading.gap, Time{0});
  doubt.reset();
  const Time rest = wall.time_since_epoch() - time - wall_ahead;
  if (std::chrono::abs(rest) <= plausible_gap) agreed = time;
  return reading;
}

}  // namespace colo
