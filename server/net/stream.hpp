// One connection's bytes, plain or under TLS, with deadlines.
//
// Lives on the shard that accepted it; one reads and one writes at a time. To
// Beast it is an AsyncStream like any other: HTTP is read from it and written to
// it without knowing which of the two it is. A plain one pays nothing for TLS.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>

namespace colo {

class Stream {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  explicit Stream(boost::asio::ip::tcp::socket socket) : plain_(std::move(socket)) {}

  executor_type get_executor() { return tcp().get_executor(); }
  bool encrypted() const { return tls_ != nullptr; }

  /// Every wait from here on together; a late one ends with beast::error::timeout.
  void expires_after(std::chrono::nanoseconds time) { tcp().expires_after(time); }
  void expires_never() { tcp().expires_never(); }

  /// Nothing is where the connection is gone already.
  boost::asio::ip::address local() const;
  boost::asio::ip::address remote() const;

  /// The descriptor of the connection, for what is not asked through Asio.
  int native_handle() { return tcp().socket().native_handle(); }

  /// The server's part of the handshake, of which `begun` was read already.
  boost::asio::awaitable<boost::system::error_code> encrypt(boost::asio::ssl::context& context,
                                                            boost::asio::const_buffer begun);

  /// Closes so that what was written arrives: tells the other side that no more
  /// will come, and throws away what it still sends until it closes too. Bounded
  /// by limits::close_time and limits::goodbye_bytes_max.
  boost::asio::awaitable<void> say_goodbye();

  /// The socket of a plain one, which is a stream no more.
  boost::asio::ip::tcp::socket release() { return plain_.release_socket(); }

  /// Closes at once. What was written last may be lost.
  void close() { tcp().close(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
    return plain_.async_read_some(buffers, std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
    return plain_.async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  using Tls = boost::asio::ssl::stream<boost::beast::tcp_stream>;

  boost::beast::tcp_stream& tcp() { return tls_ ? tls_->next_layer() : plain_; }
  const boost::beast::tcp_stream& tcp() const { return tls_ ? tls_->next_layer() : plain_; }

  boost::beast::tcp_stream plain_;  // moved into tls_ where there is one
  std::unique_ptr<Tls> tls_;
};

/// What Beast calls, found by the argument.
inline void beast_close_socket(Stream& stream) {
  stream.close();
}

}  // namespace colo
