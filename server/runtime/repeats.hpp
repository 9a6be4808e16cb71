// Log lines of one kind that come very often: the first few are written, the rest counted.
//
// A kind is a format string, or the place in a library that reports something. Not
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
    first_withheld,  // the first of its window: next_due() has changed
    withheld,
  };

  /// `level` is given back in the Count. At most `lines_max` lines of `kind` are written in
  /// each window, which begins with its first line.
  Verdict admit(std::string_view kind, int level, std::size_t lines_max, SteadyTime now);

  struct Count {
    std::string kind;
    int level = 0;
    std::uint64_t withheld = 0;
  };
  /// The counts of windows that are over, or of all windows.
  std::vector<Count> take_due(SteadyTime now);
  std::vector<Count> take_all();

  /// When take_due() has something to give.
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
