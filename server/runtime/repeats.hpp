// Limits frequent log lines of one kind: the first few are written, the others counted.
//
// A kind is a format string, a queue, or the place in a library that reports something. Not
// thread-safe. Bounded: beyond kinds_max, all further kinds share one count.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.hpp"

namespace colo {

class Repeats {
 public:
  static constexpr std::chrono::seconds window{10};
  static constexpr std::size_t kinds_max = 256;

  enum class Verdict {
    write,
    first_withheld,  // the first of its window: next_due() changed
    withheld,
  };

  /// At most `lines_max` lines of `kind` are written per window, which begins with its first
  /// line. The highest `level` of a window is in its Count.
  Verdict admit(std::string_view kind, int level, std::size_t lines_max, SteadyTime now);

  struct Count {
    std::string kind;
    int level = 0;
    std::uint64_t withheld = 0;
  };
  /// Removes and returns the counts of windows that ended by `now`, or of all.
  std::vector<Count> take_due(SteadyTime now);
  std::vector<Count> take_all();

  /// When take_due() will return something.
  std::optional<SteadyTime> next_due() const;

 private:
  struct Window {
    SteadyTime began;
    int level = 0;
    std::uint64_t lines = 0;
    std::uint64_t withheld = 0;
  };

  std::vector<Count> take_began_by(SteadyTime latest);

  std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace colo
