// One phone of the load: a socket that upgrades, says its opening lines, and
// then counts what comes.
//
// Lives on the generator's only thread. Never blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "frames.hpp"

namespace load {

/// What a phone of some server has to do to get into a room.
struct Opening {
  std::uint16_t port = 0;
  std::string path;
  std::string protocol;      // the WebSocket's subprotocol; empty: none
  std::string frames;        // made by make_frame(), said once the socket is open
  std::string ready_head;    // it is in when a frame comes that begins so
  std::string told_head;     // what others sent begins so; other frames do not count
  std::string beat, answer;  // a text message that wants an answer (Engine.IO's ping)
};

class Phone {
 public:
  /// Connects to loopback. Throws std::system_error.
  Phone(std::uint32_t number, std::uint32_t room, Opening opening);
  ~Phone();
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;

  int fd() const { return fd_; }
  std::uint32_t number() const { return number_; }
  std::uint32_t room() const { return room_; }
  bool ready() const { return state_ == State::in; }
  bool gone() const { return state_ == State::gone; }
  bool wants_to_write() const { return !unsent_.empty(); }

  using Came = std::function<void(Phone&, const Frame&)>;
  /// Reads what there is; `came` hears of each data frame once the phone is in.
  void read(std::span<char> buffer, const Came& came);
  void write_unsent();
  void say(std::string_view bytes);
  /// It will read no more, and the kernel shall not read much in its place.
  void mute();

  std::uint64_t order_faults = 0;
  std::uint32_t next_seq = 1;  // of the messages of its room
  bool muted = false;

 private:
  enum class State { upgrading, opening, in, gone };

  void hear(std::span<const char> bytes, const Came& came);
  void hear(const Frame& frame, const Came& came);

  std::uint32_t number_;
  std::uint32_t room_;
  int fd_ = -1;
  State state_ = State::upgrading;
  std::string response_;  // while upgrading
  std::string unsent_;
  FrameReader reader_;
  Opening opening_;
};

}  // namespace load
