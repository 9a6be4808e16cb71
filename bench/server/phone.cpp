#include "phone.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace load {

namespace {

// The kernel has some 28,000 ports for each pair of addresses; loopback has many addresses.
constexpr std::uint32_t phones_per_address = 10'000;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Phone::Phone(std::uint32_t number, std::uint32_t room, Opening opening)
    : number_(number), room_(room), opening_(std::move(opening)) {
  fd_ = socket(AF_INET, SOCK_STREAM, 0);
  if (fd_ < 0) fail("socket");
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number / phones_per_address);
  if (bind(fd_, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) fail("bind");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(opening_.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // On loopback this is over at once.
  if (connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("connect");
  say(upgrade_request("127.0.0.1:" + std::to_string(opening_.port), opening_.path,
                      opening_.protocol));
}

Phone::~Phone() {
  if (fd_ >= 0) close(fd_);
}

void Phone::say(std::string_view bytes) {
  if (unsent_.empty()) {
    const auto sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  unsent_.append(bytes);
}

void Phone::mute() {
  muted = true;
  const int little = 4096;
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
}

void Phone::write_unsent() {
  const std::string bytes = std::exchange(unsent_, {});
  say(bytes);
}

void Phone::read(std::span<char> buffer, const Came& came) {
  for (;;) {
    const auto bytes = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (bytes > 0) {
      hear(buffer.first(static_cast<std::size_t>(bytes)), came);
      // A short read has emptied the socket: asking again would only cost time.
      if (static_cast<std::size_t>(bytes) < buffer.size()) return;
    } else {
      if (bytes == 0 || (errno != EAGAIN && errno != EINTR)) state_ = State::gone;
      return;
    }
  }
}

void Phone::hear(std::span<const char> bytes, const Came& came) {
  if (state_ == State::upgrading) {
    response_.append(bytes.data(), bytes.size());
    const auto end = response_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (!response_.starts_with("HTTP/1.1 101"))
      throw std::runtime_error("no upgrade: " + response_.substr(0, response_.find('\r')));
    state_ = State::opening;
    if (opening_.ready_head.empty()) state_ = State::in;
    say(std::exchange(opening_.frames, {}));
    const std::string rest = std::exchange(response_, {}).substr(end + 4);
    reader_.read(rest, [&](const Frame& frame) { hear(frame, came); });
    return;
  }
  reader_.read(bytes, [&](const Frame& frame) { hear(frame, came); });
}

void Phone::hear(const Frame& frame, const Came& came) {
  const std::string_view head(frame.head.data(),
                              std::min<std::size_t>(frame.bytes, frame.head.size()));
  if (frame.op == Op::close) {
    state_ = State::gone;
  } else if (frame.op == Op::ping) {
    say(make_frame(Op::pong, ""));
  } else if (frame.op == Op::text && !opening_.beat.empty() && head == opening_.beat) {
    say(make_frame(Op::text, opening_.answer));
  } else if (state_ == State::in) {
    if (head.starts_with(opening_.told_head)) came(*this, frame);
  } else if (head.starts_with(opening_.ready_head)) {
    state_ = State::in;
  }
}

}  // namespace load
