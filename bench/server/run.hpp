// A measured run: when messages are published, and the result.
//
// Messages are numbered per room from 1. Each carries a stamp of 16 bytes: a mark, the number and
// the time at which it was due. Latency counts from the due time, so a stall of the server also
// counts for the messages that could not be sent meanwhile.
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

/// The stamp is at the end of the message, or near its beginning.
std::optional<Stamp> stamp_of(const Frame& frame);

struct Message {
  std::string frames;        // complete frames
  std::size_t stamp_at = 0;  // offset in `frames`
};

struct Room {
  std::vector<std::uint32_t> clients;  // the first one publishes
  std::size_t readers = 0;             // clients that are not muted
  std::uint32_t last_seq = 0;
  std::vector<std::uint64_t> left;  // deliveries outstanding of message seq, at seq % window
  std::vector<Message> messages;    // sent in rotation
};

/// How messages are timed.
struct Pace {
  std::uint32_t window = 0;  // messages in flight in each room, always; 0: use per_second
  double per_second = 0;     // over all rooms, however slow the server is
};

struct Result {
  double seconds = 0;
  std::uint64_t published = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t bytes = 0;
  std::vector<std::uint64_t> thread_ns;  // CPU time of each server thread, the busiest first
  std::uint64_t own_cpu_ns = 0;          // the generator's
  std::uint64_t order_faults = 0;        // duplicates, gaps, wrong order
  std::uint64_t missing = 0;             // never arrived
  std::uint64_t closed = 0;              // connections that the server closed
  std::string close_codes;               // of the closed connections, as text
  Histogram latency;
};

std::string to_json(const Result& result);

/// CPU time of each thread of the processes, in ns, by thread id.
using ThreadTimes = std::map<int, std::uint64_t>;
ThreadTimes thread_times(const std::vector<int>& pids);

/// CPU time of each thread between the two, the busiest first.
std::vector<std::uint64_t> ran_between(const ThreadTimes& before, const ThreadTimes& after);

/// CPU time of this process.
std::uint64_t own_cpu_ns();

std::uint64_t now_ns();

}  // namespace load
