// For tests: a loopback connection, plain or under TLS. The server's end is a Stream, the client
// reads and writes when the test asks for it and never blocks.
#pragma once

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "net/certificate_fixture.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {

enum class Line { plain, tls };

/// For INSTANTIATE_TEST_SUITE_P.
inline std::string name_of_line(const testing::TestParamInfo<Line>& info) {
  return info.param == Line::tls ? "Tls" : "Plain";
}

class TestClient {
  using tcp = boost::asio::ip::tcp;

 public:
  /// `receive_buffer`: asked of the client's kernel; 0: its default.
  TestClient(boost::asio::io_context& server, Line line, int receive_buffer = 0) {
    std::signal(SIGPIPE, SIG_IGN);
    tcp::acceptor acceptor(server, {boost::asio::ip::address_v4::loopback(), 0});
    socket_.open(tcp::v4());
    if (receive_buffer > 0)
      socket_.set_option(boost::asio::socket_base::receive_buffer_size(receive_buffer));
    socket_.connect(acceptor.local_endpoint());
    socket_.native_non_blocking(true);
    stream_.emplace(acceptor.accept());
    if (line == Line::tls) shake_hands(server);
  }
  ~TestClient() {
    if (ssl_) SSL_free(ssl_);
    if (client_context_) SSL_CTX_free(client_context_);
  }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  Stream take_stream() { return std::move(*stream_); }

  /// What has arrived, up to `bytes_max`.
  std::string read(std::size_t bytes_max = 8 * 1024 * 1024) {
    std::string all;
    std::string some(16 * 1024, '\0');
    while (all.size() < bytes_max) {
      const auto want = std::min(some.size(), bytes_max - all.size());
      const auto bytes = read_some(some.data(), want);
      if (bytes <= 0) break;
      all.append(some, 0, static_cast<std::size_t>(bytes));
    }
    return all;
  }
  /// TLS: sends a message that gives the server nothing to read (RFC 8446 §4.6.3). False when the
  /// socket is full.
  bool update_key() {
    ERR_clear_error();
    return SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl_) == 1;
  }
  /// Writes to the socket what it takes at once, past TLS. Returns the bytes.
  std::size_t write_some(const std::string& bytes) {
    const auto some = send(fd(), bytes.data(), bytes.size(), 0);
    return some > 0 ? static_cast<std::size_t>(some) : 0;
  }
  /// Waits until the kernel has taken it all.
  void write(const std::string& bytes) {
    for (std::size_t written = 0; written < bytes.size();) {
      const auto* from = bytes.data() + written;
      const auto left = bytes.size() - written;
      const auto some =
          ssl_ ? SSL_write(ssl_, from, static_cast<int>(left)) : send(fd(), from, left, 0);
      if (some > 0) written += static_cast<std::size_t>(some);
      pollfd writable{fd(), POLLOUT, 0};
      if (some <= 0) {
        ASSERT_EQ(poll(&writable, 1, 10'000), 1);
      }
    }
  }
  /// Whether read() reached the end of the connection, and the error it ended with.
  bool ended() const { return ended_; }
  int error() const { return error_; }
  void close() { socket_.close(); }

 private:
  int fd() { return socket_.native_handle(); }

  ssize_t read_some(char* into, std::size_t size) {
    errno = 0;
    ERR_clear_error();
    const auto bytes =
        ssl_ ? SSL_read(ssl_, into, static_cast<int>(size)) : recv(fd(), into, size, 0);
    if (bytes > 0) return bytes;
    const bool again = ssl_ ? SSL_get_error(ssl_, static_cast<int>(bytes)) == SSL_ERROR_WANT_READ
                            : bytes < 0 && errno == EAGAIN;
    if (!again) {
      ended_ = true;
      error_ = errno;
    }
    return 0;
  }

  void shake_hands(boost::asio::io_context& server) {
    static const TlsContext context = [] {
      const TemporaryFolder folder;
      const auto files = make_certificate(folder.path());
      return load_certificate(files.certificate, files.key);
    }();
    client_context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(client_context_);
    SSL_set_fd(ssl_, fd());
    SSL_set_connect_state(ssl_);
    SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    std::optional<boost::system::error_code> served;
    boost::asio::co_spawn(server, stream_->encrypt(*context),
                          [&](std::exception_ptr thrown, boost::system::error_code error) {
                            EXPECT_FALSE(thrown);
                            served = error;
                          });
    bool connected = false;
    for (int i = 0; i < 100'000 && !(connected && served); ++i) {
      ERR_clear_error();
      connected = connected || SSL_do_handshake(ssl_) == 1;
      server.restart();
      server.poll();
    }
    ASSERT_TRUE(connected && served);
    ASSERT_FALSE(*served) << served->message();
  }

  boost::asio::io_context loop_;
  tcp::socket socket_{loop_};
  std::optional<Stream> stream_;
  SSL_CTX* client_context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool ended_ = false;
  int error_ = 0;
};

}  // namespace colo
