// The bytes of one connection, plain or under TLS, with a deadline for waiting.
//
// Owns the socket and, under TLS, the OpenSSL state on top of it. OpenSSL works on the socket
// directly and keeps a buffer only while there is something in it. Nothing here blocks: read_now()
// and write_now() do what is possible without waiting; the async functions wait. For Beast it is an
// AsyncStream. At most one read and one write at a time.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>
#include <cerrno>
#include <chrono>
#include <memory>
#include <span>
#include <utility>

namespace colo {

class Stream {
 public:
  using executor_type = boost::asio::any_io_executor;

  /// The most bytes that one TLS record holds (RFC 8446 §5.1).
  static constexpr std::size_t record_bytes_max = 16 * 1024;

  explicit Stream(boost::asio::ip::tcp::socket socket)
      : state_(std::make_shared<State>(std::move(socket))) {}
  Stream(Stream&&) = default;
  ~Stream() {
    if (state_) close();
  }

  executor_type get_executor() { return state_->socket.get_executor(); }
  bool encrypted() const { return state_->ssl != nullptr; }

  /// From now on. When it passes, the connection is closed and waiting ends with timed_out.
  void expires_after(std::chrono::nanoseconds time);
  void expires_never() { state_->deadline.reset(); }

  /// Unspecified addresses when the connection has ended.
  boost::asio::ip::address local() const;
  boost::asio::ip::address remote() const;

  /// The socket's descriptor; -1 when closed.
  int native_handle() { return state_->socket.native_handle(); }

  /// Waits for the first byte, which stays unread.
  boost::asio::awaitable<boost::system::result<char>> peek();

  /// The server's part of the TLS handshake.
  boost::asio::awaitable<boost::system::error_code> encrypt(boost::asio::ssl::context& context);

  /// Closes so that everything written arrives: ends our side (close_notify, FIN), then discards
  /// what the peer still sends until it closes too (lingering close, RFC 9112 §9.6). Bounded by
  /// limits::close_time and limits::lingering_close_bytes_max.
  boost::asio::awaitable<void> close_gracefully();

  /// Closes immediately. What was written last may be lost.
  void close() { state_->close(); }

  /// Bytes read; 0 when the peer has ended; -EAGAIN when async_wait_to_read() has to come first;
  /// else -errno.
  ssize_t read_now(std::span<char> into) { return state_->read(into); }
  /// Bytes taken; -EAGAIN when async_wait_to_write() has to come first; else -errno. Under TLS it
  /// takes up to record_bytes_max, as one record. After -EAGAIN the record is made already: the
  /// next call must offer the same bytes.
  ssize_t write_now(std::span<const iovec> pieces) { return state_->write(pieces); }
  /// Whether read_now() has bytes that the socket does not announce: the rest of a TLS record.
  bool has_read_bytes() const;

  template <class Token>
  auto async_wait_to_read(Token&& token) {
    return state_->socket.async_wait(state_->read_waits_for, std::forward<Token>(token));
  }
  template <class Token>
  auto async_wait_to_write(Token&& token) {
    return state_->socket.async_wait(state_->write_waits_for, std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return start<true>(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return start<false>(buffers, std::forward<Token>(token));
  }

 private:
  using Wait = boost::asio::ip::tcp::socket::wait_type;
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  // Shared with pending operations, which may end after the stream.
  struct State : std::enable_shared_from_this<State> {
    explicit State(boost::asio::ip::tcp::socket s) : socket(std::move(s)) {}
    ssize_t read(std::span<char> into);
    ssize_t write(std::span<const iovec> pieces);
    ssize_t failed(int result, Wait& waits_for);
    void close();

    boost::asio::ip::tcp::socket socket;
    std::unique_ptr<SSL, FreeSsl> ssl;
    std::unique_ptr<boost::asio::steady_timer> deadline;
    // TLS may have to write in order to read, and the other way round.
    Wait read_waits_for = Wait::wait_read;
    Wait write_waits_for = Wait::wait_write;
    bool timed_out = false;
  };

  // Tries, and waits and tries again. Never completes within the call that started it.
  template <bool reads>
  struct Operation {
    std::shared_ptr<State> state;
    std::array<iovec, 16> pieces{};
    std::size_t count = 0;
    bool waited = false;
    ssize_t result = -EAGAIN;

    template <class Self>
    void operator()(Self& self, boost::system::error_code error = {}) {
      const auto shared = state;  // self is moved below
      if (error) return self.complete(why(error), std::size_t{0});
      if (result == -EAGAIN || result == -EINTR) result = attempt();
      if (result == -EAGAIN || result == -EINTR) {
        waited = true;
        const auto waits_for = reads ? shared->read_waits_for : shared->write_waits_for;
        return shared->socket.async_wait(waits_for, std::move(self));
      }
      if (!std::exchange(waited, true)) {
        const auto executor = shared->socket.get_executor();
        return boost::asio::post(executor, std::move(self));
      }
      if (result < 0)
        error = why({static_cast<int>(-result), boost::system::system_category()});
      else if (result == 0 && reads && bytes() > 0)
        error = boost::asio::error::eof;
      self.complete(error, static_cast<std::size_t>(std::max<ssize_t>(result, 0)));
    }

    std::size_t bytes() const {
      std::size_t sum = 0;
      for (std::size_t i = 0; i < count; ++i) sum += pieces[i].iov_len;
      return sum;
    }
    ssize_t attempt() {
      if (bytes() == 0) return 0;
      if constexpr (reads)
        return state->read({static_cast<char*>(pieces[0].iov_base), pieces[0].iov_len});
      else
        return state->write(std::span(pieces).first(count));
    }
    boost::system::error_code why(boost::system::error_code error) const {
      return state->timed_out ? boost::asio::error::make_error_code(boost::asio::error::timed_out)
                              : error;
    }
  };

  template <bool reads, class Buffers, class Token>
  auto start(const Buffers& buffers, Token&& token) {
    Operation<reads> operation{state_};
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
      const boost::asio::const_buffer piece(*at);
      if (piece.size() == 0) continue;
      if (operation.count == (reads ? 1 : operation.pieces.size())) break;
      operation.pieces[operation.count++] = {const_cast<void*>(piece.data()), piece.size()};
    }
    return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
        std::move(operation), token, state_->socket);
  }

  boost::asio::awaitable<boost::system::error_code> wait(Wait waits_for);

  std::shared_ptr<State> state_;
};

}  // namespace colo
