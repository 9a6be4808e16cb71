// What a room may ask of a phone.
//
// A member lives on the shard of its socket and is called there only. deliver()
// must return at once and must not call back into the room or its audience.
#pragma once

#include "domain/ids.hpp"
#include "wire/frames.hpp"

namespace colo {

class Member {
 public:
  virtual ~Member() = default;
  virtual ConnectionId connection() const = 0;
  /// Queues the frame for the phone; frames arrive in the order of the calls.
  virtual void deliver(const SharedFrame& frame) = 0;
};

}  // namespace colo
