// What a room may ask of a phone.
//
// A member lives on the shard of its socket and is called there only. It must
// return at once and must not call back into the room or its audience.
#pragma once

#include "domain/ids.hpp"
#include "runtime/turns.hpp"
#include "wire/frames.hpp"

namespace colo {

class Member {
 public:
  virtual ~Member() = default;
  virtual ConnectionId connection() const = 0;
  // Both queue the frame for the phone; frames arrive in the order of the calls.

  /// What this phone alone is told.
  virtual void answer(const SharedFrame& frame) = 0;
  /// What many are told: they wait in `queue` for their turn to be written to.
  virtual void deliver(const SharedFrame& frame, TurnQueue& queue) = 0;
};

}  // namespace colo
