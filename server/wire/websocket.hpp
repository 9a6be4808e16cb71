// WebSocket frames (RFC 6455 §5) as a server writes and reads them; no extensions.
//
// Values without sockets, threads or times. A FrameReader belongs to one phone. It
// copies only what is cut: a frame that lies whole in the caller's bytes is given as a
// view into them, and between messages a reader holds no heap memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colo::ws {

enum class Op : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

// Close codes of the protocol itself (RFC 6455 §7.4.1); ours are in wire/errors.hpp.
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t no_code = 1005;  // never sent
inline constexpr std::uint16_t bad_text = 1007;
inline constexpr std::uint16_t too_big = 1009;

/// The longest header (RFC 6455 §5.2; a server's has no mask).
inline constexpr std::size_t header_bytes_max = 10;

/// A whole, final, unmasked frame: header and payload in one piece.
std::string make_frame(Op op, std::string_view payload);

/// The header alone (2, 4 or 10 bytes), put at the end of `out`; `payload_bytes` of
/// payload have to follow it.
void append_header(std::string& out, Op op, std::size_t payload_bytes);

/// A Close frame. `code` is one that may be sent, `reason` UTF-8, of which the whole
/// characters go along that fit into 123 bytes (RFC 6455 §5.5).
std::string make_close(std::uint16_t code, std::string_view reason);

/// The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 §4.2.2), or
/// nothing when `key` is not 16 bytes in base64.
std::optional<std::string> accept_key(std::string_view key);

/// What a phone's bytes turned out to be.
struct Event {
  enum class Kind { message, ping, pong, close, violation };
  Kind kind = Kind::violation;
  bool binary = false;       // of a message
  std::string_view payload;  // unmasked, of a close the reason; until the next read()
  std::uint16_t code = 0;    // close: the phone's or no_code; violation: the one to close with
};

/// Reads one phone's frames, however they are cut.
class FrameReader {
 public:
  /// `message_bytes_max`, below 4 GiB, is of a whole message, not of one frame.
  explicit FrameReader(std::size_t message_bytes_max);
  /// From the next message on.
  void set_message_bytes_max(std::size_t bytes);

  /// Takes from the front of `bytes`, unmasking them in place, until something is
  /// complete, and gives that; nothing once all are taken. Call it until it gives
  /// nothing: only then is the memory of the last event given back. After a close or a
  /// violation it swallows everything.
  std::optional<Event> read(std::span<char>& bytes);

  /// How many frames began since it was asked last, fragments and control frames included;
  /// of more than 65,535 so many.
  std::size_t take_frames() { return std::exchange(frames_, std::uint16_t{0}); }

  /// Heap bytes in use.
  std::size_t holds() const { return buffer_.capacity(); }

 private:
  Op op() const { return static_cast<Op>(header_[0] & 0x0F); }
  bool final() const { return (header_[0] & 0x80) != 0; }
  bool control() const { return op() >= Op::close; }

  void forget_event();
  bool take_header(std::span<char>& bytes);
  std::optional<std::uint16_t> begin_frame();
  std::uint64_t promised_bytes() const;
  std::optional<Event> take_payload(std::span<char>& bytes);
  void unmask(std::span<char> piece);
  std::optional<Event> end_frame(std::string_view payload);
  Event end_with_close(std::string_view payload);
  Event end_with_violation(std::uint16_t code);

  std::vector<char> buffer_;  // what came of a cut message, then of a cut control frame
  std::uint32_t message_max_;
  std::uint32_t message_bytes_ = 0;        // how many of buffer_ are the message's
  std::uint32_t text_checked_ = 0;         // how many of those are whole characters of UTF-8
  std::uint32_t remain_ = 0;               // payload of this frame that is still to come
  std::array<std::uint8_t, 14> header_{};  // of this frame; the mask is its last four bytes
  std::uint8_t header_bytes_ = 0;          // that came
  std::uint8_t mask_at_ = 0;               // the byte of the mask that comes next
  Op message_ = Op::continuation;          // what the open message is; continuation: none is open
  bool in_payload_ = false;
  bool ended_ = false;
  std::uint16_t frames_ = 0;  // that began
};
static_assert(sizeof(FrameReader) <= 64, "there is one for every idle phone");

}  // namespace colo::ws
