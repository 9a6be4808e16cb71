#include "stream.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>

namespace load {

namespace {

// The kernel has about 28,000 ports for each pair of addresses; loopback has many addresses.
constexpr std::uint32_t clients_per_address = 10'000;

// One recv() then takes several TLS records (at most 16 KiB each) instead of a part of one.
constexpr std::size_t tls_read_bytes = 64 * 1024;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string tls_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

int clamp_to_int(std::size_t bytes) {
  return static_cast<int>(std::min<std::size_t>(bytes, std::numeric_limits<int>::max()));
}

}  // namespace

TlsContext::TlsContext() : context_(SSL_CTX_new(TLS_client_method())) {
  if (!context_) throw std::runtime_error("SSL_CTX_new: " + tls_error());
  SSL_CTX_set_verify(get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(get(), SSL_SESS_CACHE_OFF);  // every handshake is a full one
  SSL_CTX_set_read_ahead(get(), 1);
  SSL_CTX_set_default_read_buffer_len(get(), tls_read_bytes);
  // send() appends to the unsent bytes, so a repeated write has another address.
  SSL_CTX_set_mode(get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
}

Stream::Stream(std::uint32_t number, std::uint16_t port, const TlsContext* tls) {
  fd_ = socket(AF_INET, SOCK_STREAM, 0);
  if (fd_ < 0) fail("socket");
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number / clients_per_address);
  if (bind(fd_, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) fail("bind");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Blocks, but loopback connects at once.
  if (connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("connect");
  if (fcntl(fd_, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
  if (!tls) return;
  ssl_.reset(SSL_new(tls->get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1) throw std::runtime_error("SSL: " + tls_error());
  SSL_set_connect_state(ssl_.get());
}

Stream::~Stream() {
  ssl_.reset();
  if (fd_ >= 0) close(fd_);
}

bool Stream::handshake() {
  if (!ssl_) return true;
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) return true;
  const int reason = SSL_get_error(ssl_.get(), done);
  if (reason == SSL_ERROR_WANT_READ) return false;
  throw std::runtime_error("TLS handshake: " + tls_error());
}

std::optional<std::size_t> Stream::read(std::span<char> buffer) {
  if (!ssl_) {
    for (;;) {
      const auto bytes = recv(fd_, buffer.data(), buffer.size(), 0);
      if (bytes > 0) return static_cast<std::size_t>(bytes);
      if (bytes < 0 && errno == EINTR) continue;
      if (bytes < 0 && errno == EAGAIN) return 0;
      return std::nullopt;
    }
  }
  const int bytes = SSL_read(ssl_.get(), buffer.data(), clamp_to_int(buffer.size()));
  if (bytes > 0) return static_cast<std::size_t>(bytes);
  if (SSL_get_error(ssl_.get(), bytes) == SSL_ERROR_WANT_READ) return 0;
  ERR_clear_error();
  return std::nullopt;
}

std::size_t Stream::write(std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const auto rest = bytes.substr(written);
    const auto sent = ssl_ ? SSL_write(ssl_.get(), rest.data(), clamp_to_int(rest.size()))
                           : ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    written += static_cast<std::size_t>(sent);
  }
  return written;
}

void Stream::shrink_receive_buffer() {
  const int least = 4096;
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
}

}  // namespace load
