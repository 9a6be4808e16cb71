#include "client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace load {

Client::Client(std::uint32_t number, std::uint32_t room, Opening opening, const TlsContext& tls)
    : number_(number),
      room_(room),
      opening_(std::move(opening)),
      stream_(number, opening_.port, opening_.tls ? &tls : nullptr) {
  if (stream_.handshake()) begin_upgrade();
}

void Client::begin_upgrade() {
  state_ = State::upgrading;
  send(upgrade_request({.scheme = opening_.tls ? "https" : "http",
                        .host = "127.0.0.1:" + std::to_string(opening_.port),
                        .path = opening_.path,
                        .protocol = opening_.protocol}));
}

void Client::send(std::string_view bytes) {
  if (unsent_.empty()) bytes.remove_prefix(stream_.write(bytes));
  unsent_.append(bytes);
}

void Client::mute() {
  muted = true;
  stream_.shrink_receive_buffer();
}

void Client::write_unsent() {
  const std::string bytes = std::exchange(unsent_, {});
  send(bytes);
}

void Client::read(std::span<char> buffer, const OnMessage& on_message) {
  if (state_ == State::handshake) {
    if (!stream_.handshake()) return;
    begin_upgrade();
  }
  for (;;) {
    const auto bytes = stream_.read(buffer);
    if (!bytes) state_ = State::closed;
    if (!bytes || *bytes == 0) return;
    handle_bytes(buffer.first(*bytes), on_message);
  }
}

void Client::handle_bytes(std::span<const char> bytes, const OnMessage& on_message) {
  const auto handle = [&](const Frame& frame) { handle_frame(frame, on_message); };
  if (state_ != State::upgrading) {
    reader_.read(bytes, handle);
    return;
  }
  response_.append(bytes.data(), bytes.size());
  const auto end = response_.find("\r\n\r\n");
  if (end == std::string::npos) return;
  if (!response_.starts_with("HTTP/1.1 101"))
    throw std::runtime_error("no upgrade: " + response_.substr(0, response_.find('\r')));
  state_ = opening_.ready_prefix.empty() ? State::entered : State::opening;
  send(std::exchange(opening_.frames, {}));
  const std::string rest = std::exchange(response_, {}).substr(end + 4);
  reader_.read(rest, handle);
}

void Client::handle_frame(const Frame& frame, const OnMessage& on_message) {
  const std::string_view head(frame.head.data(),
                              std::min<std::size_t>(frame.bytes, frame.head.size()));
  if (frame.op == Op::close) {
    state_ = State::closed;
    if (head.size() >= 2)
      close_code_ = static_cast<std::uint16_t>(static_cast<unsigned char>(head[0]) << 8 |
                                               static_cast<unsigned char>(head[1]));
  } else if (frame.op == Op::ping) {
    send(make_frame(Op::pong, ""));
  } else if (frame.op == Op::text && !opening_.ping.empty() && head == opening_.ping) {
    send(make_frame(Op::text, opening_.pong));
  } else if (state_ == State::entered) {
    if (head.starts_with(opening_.message_prefix)) on_message(*this, frame);
  } else if (head.starts_with(opening_.ready_prefix)) {
    state_ = State::entered;
  }
}

}  // namespace load
