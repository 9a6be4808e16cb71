// A room as it is configured, and as the list of rooms shows it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "domain/ids.hpp"

namespace colo {

/// Which messages of a persistent room are kept: by age, by number, or all.
struct Keep {
  std::optional<std::chrono::seconds> age;
  std::optional<std::uint64_t> messages;
};

struct RoomSpec {
  RoomId id;
  std::string name;
  std::string description;
  bool persistent = true;
  std::uint32_t capacity = 64;  // people
  Keep keep;
};

/// One line of the list of rooms.
struct RoomView {
  RoomSpec spec;
  std::uint32_t occupancy = 0;
  Seq last_seq;
};

}  // namespace colo
