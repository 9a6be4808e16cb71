// The client side of RFC 6455, as far as a load generator needs it: makes masked frames, and
// counts received frames without parsing their payload.
//
// Values only, no sockets. The first and the last bytes of each message are kept, because the
// stamp is in one of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace load {

enum class Op : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// A complete masked frame (RFC 6455 §5.2). The mask is zeros: a benchmark has no need of one.
std::string make_frame(Op op, std::string_view payload);

/// Where the payload of a frame made by make_frame() begins.
std::size_t payload_offset(std::size_t payload_bytes);

struct Upgrade {
  std::string scheme;  // of the Origin: "http" or "https"
  std::string host;    // with the port
  std::string path;
  std::string protocol;  // may be empty
};

/// The request that opens a WebSocket (RFC 6455 §4.1).
std::string upgrade_request(const Upgrade& upgrade);

inline constexpr std::size_t head_bytes = 128;
inline constexpr std::size_t tail_bytes = 16;

/// A received message, of one or more frames; or a control frame.
struct Frame {
  Op op = Op::binary;
  std::uint64_t bytes = 0;
  std::array<char, head_bytes> head{};  // its first bytes; zeros after its end
  std::array<char, tail_bytes> tail{};  // its last bytes
};

/// Parses one connection's bytes, however TCP splits them.
class FrameReader {
 public:
  /// Calls `on_frame(const Frame&)` for each message that ends within `bytes`.
  template <class OnFrame>
  void read(std::span<const char> bytes, OnFrame on_frame) {
    while (!bytes.empty()) {
      bytes = in_payload_ ? take_payload(bytes) : take_header(bytes);
      if (in_payload_ && left_ == 0) {
        in_payload_ = false;
        header_bytes_ = 0;
        if (ends_message_) on_frame(frame());
      }
    }
  }

 private:
  std::span<const char> take_header(std::span<const char> bytes);
  std::span<const char> take_payload(std::span<const char> bytes);

  Frame& frame() { return is_control_ ? control_ : message_; }

  Frame message_;
  Frame control_;  // may arrive between two frames of a message
  bool is_control_ = false;
  bool ends_message_ = false;
  std::uint64_t left_ = 0;  // bytes of the payload not yet read
  std::array<char, 10> header_{};
  std::uint8_t header_bytes_ = 0;
  bool in_payload_ = false;
};

}  // namespace load
