// One WebSocket client of the load: it upgrades, sends its opening frames, then counts messages.
//
// Never blocks. It uses a Stream, so plain and TLS clients behave the same.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "frames.hpp"
#include "stream.hpp"

namespace load {

/// What a client of some server must do to enter a room.
struct Opening {
  std::uint16_t port = 0;
  bool tls = false;
  std::string path;
  std::string protocol;        // the WebSocket's subprotocol; empty: none
  std::string frames;          // made by make_frame(), sent after the upgrade
  std::string ready_prefix;    // the client has entered when a message begins so; empty: at once
  std::string message_prefix;  // other messages are not counted
  std::string ping, pong;      // a text message that needs a reply (Engine.IO's heartbeat)
};

class Client {
 public:
  /// Connects to loopback; `tls` is used if the opening asks for it. Throws std::system_error.
  Client(std::uint32_t number, std::uint32_t room, Opening opening, const TlsContext& tls);

  int fd() const { return stream_.fd(); }
  std::uint32_t number() const { return number_; }
  std::uint32_t room() const { return room_; }
  bool ready() const { return state_ == State::entered; }
  bool closed() const { return state_ == State::closed; }
  /// Of the server's close frame (RFC 6455 §7.4); 0 if there was none.
  std::uint16_t close_code() const { return close_code_; }
  bool wants_to_write() const { return !unsent_.empty(); }

  using OnMessage = std::function<void(Client&, const Frame&)>;
  /// Reads everything available. Calls `on_message` for each counted message.
  void read(std::span<char> buffer, const OnMessage& on_message);
  void write_unsent();
  void send(std::string_view bytes);
  /// Marks the client as one that reads no more, and lets the kernel buffer little for it.
  void mute();

  std::uint64_t order_faults = 0;
  std::uint32_t next_seq = 1;  // of the messages of its room
  bool muted = false;

 private:
  enum class State { handshake, upgrading, opening, entered, closed };

  void begin_upgrade();
  void handle_bytes(std::span<const char> bytes, const OnMessage& on_message);
  void handle_frame(const Frame& frame, const OnMessage& on_message);

  std::uint32_t number_;
  std::uint32_t room_;
  Opening opening_;
  Stream stream_;
  State state_ = State::handshake;
  std::uint16_t close_code_ = 0;
  std::string response_;  // while upgrading
  std::string unsent_;
  FrameReader reader_;
};

}  // namespace load
