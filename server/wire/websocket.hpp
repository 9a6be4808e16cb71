// WebSocket frames (RFC 6455 §5), as a server writes and reads them; no extensions.
//
// Values without sockets, threads or times. One FrameReader per connection. It copies only
// fragmented or partial frames: a frame that is complete in the caller's bytes is returned as a
// view of them. Between messages a reader holds no heap memory.
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

/// A complete, final, unmasked frame: header and payload.
std::string make_frame(Op op, std::string_view payload);

/// Appends a header (2, 4 or 10 bytes) to `out`; `payload_bytes` of payload must follow.
void append_header(std::string& out, Op op, std::size_t payload_bytes);

/// A Close frame. `code` must be one that may be sent. `reason` is UTF-8 and truncated at a
/// character boundary to 123 bytes (RFC 6455 §5.5).
std::string make_close(std::uint16_t code, std::string_view reason);

/// The Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2). Nothing when `key` is not
/// 16 bytes in base64.
std::optional<std::string> accept_key(std::string_view key);

/// A message, a control frame or a protocol violation.
struct Event {
  enum class Kind { message, ping, pong, close, violation };
  Kind kind = Kind::violation;
  bool binary = false;       // of a message
  std::string_view payload;  // unmasked; of a close the reason; valid until the next read()
  std::uint16_t code = 0;    // close: as received, or no_code; violation: the one to close with
};

/// Parses the frames of one connection, however they are split into reads.
class FrameReader {
 public:
  /// `message_bytes_max`, below 4 GiB, limits a whole message, not one frame.
  explicit FrameReader(std::size_t message_bytes_max);
  /// Takes effect with the next message.
  void set_message_bytes_max(std::size_t bytes);

  /// Consumes `bytes` from the front, unmasking them in place, until an event is complete, and
  /// returns it; nothing when all bytes are consumed. Call it until it returns nothing, which frees
  /// the memory of the last event. After a close or a violation it discards all bytes.
  std::optional<Event> read(std::span<char>& bytes);

  /// The number of frames that began since the last call, including fragments and control frames;
  /// at most 65,535.
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
  std::uint64_t declared_bytes() const;
  std::optional<Event> take_payload(std::span<char>& bytes);
  void unmask(std::span<char> piece);
  std::optional<Event> end_frame(std::string_view payload);
  Event end_with_close(std::string_view payload);
  Event end_with_violation(std::uint16_t code);

  std::vector<char> buffer_;  // the received part of a message, then of a control frame
  std::uint32_t message_max_;
  std::uint32_t message_bytes_ = 0;        // how many of buffer_ belong to the message
  std::uint32_t text_checked_ = 0;         // how many of those are checked UTF-8
  std::uint32_t remain_ = 0;               // missing payload of this frame
  std::array<std::uint8_t, 14> header_{};  // of this frame; ends with the mask
  std::uint8_t header_bytes_ = 0;          // received
  std::uint8_t mask_at_ = 0;               // the next byte of the mask
  Op message_ = Op::continuation;          // type of the open message; continuation: none is open
  bool in_payload_ = false;
  bool ended_ = false;
  std::uint16_t frames_ = 0;  // began since take_frames()
};
static_assert(sizeof(FrameReader) <= 64, "each idle connection has one");

}  // namespace colo::ws
