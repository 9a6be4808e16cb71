// A drawing that somebody said in a room.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "domain/ids.hpp"
#include "domain/user.hpp"

namespace colo {

/// Wall-clock time, as phones are shown it. Deadlines use the steady clock.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// What a phone sent, checked, on its way to the store.
struct NewMessage {
  RoomId room;
  User author;
  ClientId client_id;
  std::string drawing;  // a checked, encoded Drawing (protocol/colo.proto)
  std::string caption;
  Seq remix_of;  // 0: none
  WallTime sent_at;
};

/// The same once the store has given it its place.
struct Message {
  RoomId room;
  Seq seq;
  std::string author;  // the name, as shown
  WallTime sent_at;
  std::string drawing;
  std::string caption;
  Seq remix_of;
  ClientId client_id;
  std::string remix_author;  // of the message it began as; empty: none, or not known any more
};

struct MessagePage {
  std::vector<Message> messages;  // ascending by seq
  bool more = false;              // further ones exist in the direction asked for
};

}  // namespace colo
