// A measured run: who publishes when, and what came of it.
//
// Messages are numbered per room from 1. A stamp, 16 bytes in each,
// holds a mark, the number and the time at which it was to be sent: when the
// server stalls, the messages that wait count their waiting, too.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frames.hpp"
#include "histogram.hpp"

namespace load {

struct Stamp {
  static constexpr std::uint32_t mark_value = 0x4F4C4F43;  // "COLO"
  std::uint32_t mark = mark_value;
  std::uint32_t seq = 0;
  std::uint64_t due_ns = 0;
};
static_assert(sizeof(Stamp) == tail_bytes);

/// It ends the message, or stands near its beginning.
std::optional<Stamp> stamp_of(const Frame& frame);

struct Message {
  std::string frames;        // whole ones
  std::size_t stamp_at = 0;  // where in them
};

struct Room {
  std::vector<std::uint32_t> phones;  // the first one publishes
  std::size_t listeners = 0;          // phones that read
  std::uint32_t last_seq = 0;
  std::vector<std::uint64_t> left;  // deliveries still to come of seq, at seq % window
  std::vector<Message> messages;    // what the publisher sends, one after the other
};

/// How messages are timed.
struct Pace {
  std::uint32_t window = 0;  // that many in flight in each room, always; 0: by the clock
  double per_second = 0;     // that many over all rooms, come what may
};

struct Result {
  double seconds = 0;
  std::uint64_t published = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t bytes = 0;
  std::vector<std::uint64_t> thread_ns;  // CPU of each of the server's threads, the busiest first
  std::uint64_t own_cpu_ns = 0;          // the generator's
  std::uint64_t order_faults = 0;        // twice, out of order, or a gap before it
  std::uint64_t missing = 0;             // never came
  std::uint64_t gone = 0;                // phones that were hung up on
  Histogram latency;
};

std::string to_json(const Result& result);

/// What each thread of the processes has run for, in ns of CPU time, by its id.
using ThreadTimes = std::map<int, std::uint64_t>;
ThreadTimes thread_times(const std::vector<int>& pids);

/// What each has run for between the two, the busiest first.
std::vector<std::uint64_t> ran_between(const ThreadTimes& before, const ThreadTimes& after);

/// This process's own CPU time.
std::uint64_t own_cpu_ns();

std::uint64_t now_ns();

}  // namespace load
