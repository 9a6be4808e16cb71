// A measured run: who publishes when, and what came of it.
//
// Messages are numbered per room from 1. A stamp, the last 16 bytes of each,
// holds a mark, the number and the time at which it was to be sent: when the
// server stalls, the messages that wait count their waiting, too.
#pragma once

#include <cstdint>
#include <cstring>
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

inline std::optional<Stamp> stamp_of(const Frame& frame) {
  Stamp stamp;
  std::memcpy(&stamp, frame.tail.data(), sizeof stamp);
  if (stamp.mark != Stamp::mark_value) return std::nullopt;
  return stamp;
}

struct Room {
  std::vector<std::uint32_t> phones;  // the first one publishes
  std::size_t listeners = 0;          // phones that read
  std::uint32_t last_seq = 0;
  std::vector<std::uint64_t> left;  // deliveries still to come of seq, at seq % window
  std::string message;              // what the publisher sends, whole frames
  std::size_t stamp_at = 0;         // where in it
};

/// How messages are timed. Exactly one of the two is not 0.
struct Pace {
  std::uint32_t window = 0;  // that many in flight in each room, always
  double per_second = 0;     // that many over all rooms, come what may
};

struct Result {
  double seconds = 0;
  std::uint64_t published = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t server_cpu_ns = 0;
  std::uint64_t order_faults = 0;  // missing, twice, or out of order
  std::uint64_t gone = 0;          // phones that were hung up on
  Histogram latency;
};

std::string to_json(const Result& result);

/// What the processes and their children threads have run for, in ns of CPU time.
std::uint64_t cpu_ns(const std::vector<int>& pids);

std::uint64_t now_ns();

}  // namespace load
