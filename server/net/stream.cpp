#include "net/stream.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;
using asio::ip::tcp;

asio::ip::address Stream::local() const {
  boost::system::error_code gone;  // then reading will say so
  return tcp().socket().local_endpoint(gone).address();
}

asio::ip::address Stream::remote() const {
  boost::system::error_code gone;  // then reading will say so
  return tcp().socket().remote_endpoint(gone).address();
}

asio::awaitable<boost::system::error_code> Stream::encrypt(asio::ssl::context& context,
                                                           asio::const_buffer begun) {
  tls_ = std::make_unique<Tls>(std::move(plain_), context);
  const auto [error, bytes] = co_await tls_->async_handshake(asio::ssl::stream_base::server, begun,
                                                             asio::as_tuple(asio::use_awaitable));
  co_return error;
}

asio::awaitable<void> Stream::say_goodbye() {
  expires_after(limits::close_time);
  boost::system::error_code error;  // whatever it is, there is nothing left but to close
  // Fails where the other side is in the middle of saying something: its rest is
  // thrown away below, and need not be decrypted for that.
  if (tls_) co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, error));
  tcp().socket().shutdown(tcp::socket::shutdown_send, error);
  error.clear();
  std::array<char, 4096> unread;
  for (std::size_t thrown_away = 0; !error && thrown_away < limits::goodbye_bytes_max;)
    thrown_away += co_await tcp().async_read_some(asio::buffer(unread),
                                                  asio::redirect_error(asio::use_awaitable, error));
  close();
}

}  // namespace colo
