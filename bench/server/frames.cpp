#include "frames.hpp"

#include <algorithm>
#include <cstring>

namespace load {

namespace {

constexpr std::size_t mask_bytes = 4;

std::size_t header_size(std::uint8_t length7) {
  return length7 == 127 ? 10 : length7 == 126 ? 4 : 2;
}

}  // namespace

std::size_t payload_offset(std::size_t payload_bytes) {
  return (payload_bytes < 126 ? 2 : payload_bytes < 65'536 ? 4 : 10) + mask_bytes;
}

std::string make_frame(Op op, std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  frame += static_cast<char>(0x80 | static_cast<std::uint8_t>(op));
  const auto add_length = [&](int bytes) {
    for (int i = bytes - 1; i >= 0; --i)
      frame += static_cast<char>(payload.size() >> (8 * i) & 0xFF);
  };
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65'536) {
    frame += static_cast<char>(0x80 | 126);
    add_length(2);
  } else {
    frame += static_cast<char>(0x80 | 127);
    add_length(8);
  }
  frame.append(mask_bytes, '\0');
  return frame.append(payload);
}

std::string upgrade_request(const Upgrade& upgrade) {
  std::string request = "GET " + upgrade.path + " HTTP/1.1\r\nHost: " + upgrade.host +
                        "\r\nOrigin: " + upgrade.scheme + "://" + upgrade.host +
                        "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n";
  if (!upgrade.protocol.empty()) request += "Sec-WebSocket-Protocol: " + upgrade.protocol + "\r\n";
  return request + "\r\n";
}

std::span<const char> FrameReader::take_header(std::span<const char> bytes) {
  while (!bytes.empty()) {
    header_[header_bytes_++] = bytes.front();
    bytes = bytes.subspan(1);
    if (header_bytes_ < 2) continue;
    const auto length7 = static_cast<std::uint8_t>(header_[1] & 0x7F);
    if (header_bytes_ < header_size(length7)) continue;
    left_ = length7;
    if (length7 >= 126) {
      left_ = 0;
      for (std::size_t i = 2; i < header_size(length7); ++i)
        left_ = left_ << 8 | static_cast<unsigned char>(header_[i]);
    }
    const auto op = static_cast<Op>(header_[0] & 0x0F);
    is_control_ = op >= Op::close;
    ends_message_ = (header_[0] & 0x80) != 0;
    if (op != Op::more) {
      frame() = {};
      frame().op = op;
    }
    in_payload_ = true;
    break;
  }
  return bytes;
}

std::span<const char> FrameReader::take_payload(std::span<const char> bytes) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  Frame& frame = this->frame();
  if (frame.bytes < frame.head.size())
    std::memcpy(frame.head.data() + frame.bytes, bytes.data(),
                std::min<std::size_t>(taken, frame.head.size() - frame.bytes));
  auto& tail = frame.tail;
  if (taken >= tail.size()) {
    std::memcpy(tail.data(), bytes.data() + taken - tail.size(), tail.size());
  } else {
    std::memmove(tail.data(), tail.data() + taken, tail.size() - taken);
    std::memcpy(tail.data() + tail.size() - taken, bytes.data(), taken);
  }
  frame.bytes += taken;
  left_ -= taken;
  return bytes.subspan(taken);
}

}  // namespace load
