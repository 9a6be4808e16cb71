// A message of a room: a drawing and its caption.
//
// A Draft is what a client asked to send, checked. The room makes a Message of it, and the log
// gives that its seq. The drawing's bytes are shared by all copies and never change.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/ids.hpp"
#include "domain/user.hpp"

namespace colo {

/// Wall-clock time, as people are shown it. Deadlines use the steady clock.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// An encoded Drawing (protocol/colo.proto). Copies share the bytes.
class DrawingBytes {
 public:
  DrawingBytes() = default;
  DrawingBytes(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

  std::string_view view() const { return bytes_ ? std::string_view(*bytes_) : std::string_view(); }
  std::size_t size() const { return bytes_ ? bytes_->size() : 0; }
  bool operator==(const DrawingBytes& other) const { return view() == other.view(); }

 private:
  std::shared_ptr<const std::string> bytes_;  // null: no bytes
};

/// What a client wants to send.
struct Draft {
  ClientId client_id;
  DrawingBytes drawing;
  std::string caption;
  Seq remix_of;  // 0: none
};

struct Message {
  RoomId room;
  User author;
  ClientId client_id;
  DrawingBytes drawing;
  std::string caption;
  Seq remix_of;  // 0: none
  WallTime sent_at{};
  // Given by the log:
  Seq seq;
  User remix_author;  // of the message it began as; without a name: none, or not known any more
};

struct MessagePage {
  std::vector<Message> messages;  // ascending by seq
  bool more = false;              // further ones exist in the direction asked for
};

}  // namespace colo
