// The client's half of RFC 6455, as much as a load generator needs: it makes
// masked frames, and counts those that come without looking into them.
//
// Values only; no sockets. The first and the last bytes of each message are kept,
// because the stamp stands in one of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace load {

enum class Op : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// A whole, masked frame (RFC 6455 §5.2). The mask is zeros: it is no secret.
std::string make_frame(Op op, std::string_view payload);

/// Where the payload of a frame made by make_frame() begins.
std::size_t payload_offset(std::size_t payload_bytes);

/// The request that opens a WebSocket; `protocol` may be empty.
std::string upgrade_request(std::string_view host, std::string_view path,
                            std::string_view protocol);

inline constexpr std::size_t head_bytes = 128;
inline constexpr std::size_t tail_bytes = 16;

/// One message that has come, of one frame or several; or a control frame.
struct Frame {
  Op op = Op::binary;
  std::uint64_t bytes = 0;
  std::array<char, head_bytes> head{};  // its first bytes, zeros beyond its end
  std::array<char, tail_bytes> tail{};  // its last bytes
};

/// Reads one connection's messages, however they are cut.
class FrameReader {
 public:
  /// Calls `came(const Frame&)` for each message that ends within `bytes`.
  template <class Came>
  void read(std::span<const char> bytes, Came came) {
    while (!bytes.empty()) {
      bytes = in_payload_ ? take_payload(bytes) : take_header(bytes);
      if (in_payload_ && left_ == 0) {
        in_payload_ = false;
        header_bytes_ = 0;
        if (ends_message_) came(frame());
      }
    }
  }

 private:
  std::span<const char> take_header(std::span<const char> bytes);
  std::span<const char> take_payload(std::span<const char> bytes);

  Frame& frame() { return is_control_ ? control_ : message_; }

  Frame message_;
  Frame control_;  // it may come between two frames of a message
  bool is_control_ = false;
  bool ends_message_ = false;
  std::uint64_t left_ = 0;  // of the frame's payload
  std::array<char, 10> header_{};
  std::uint8_t header_bytes_ = 0;
  bool in_payload_ = false;
};

}  // namespace load
