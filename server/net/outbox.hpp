// What waits to be written to one phone, in order and bounded in bytes.
//
// Lives on the socket's shard. One writer (write_all) and any number of pushes
// between its waits. Once closing, nothing more is taken in.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <optional>

#include "net/stream.hpp"
#include "wire/frames.hpp"

namespace colo {

using WebSocket = boost::beast::websocket::stream<Stream>;

class Outbox {
 public:
  explicit Outbox(const boost::asio::any_io_executor& executor) : wake_(executor) {}

  /// Takes the frame in; false when the phone lags by outbox_bytes_max already.
  bool push(const SharedFrame& frame);

  /// Closes the socket once what is waiting was written.
  void close_after(boost::beast::websocket::close_reason reason);
  /// Closes the socket without writing what is waiting.
  void close_now(boost::beast::websocket::close_reason reason);
  bool closing() const { return closing_.has_value() || abandoned_; }

  /// The socket is gone: the writer returns.
  void abandon();

  /// Writes until the socket is closed or broken.
  boost::asio::awaitable<void> write_all(WebSocket& socket, Encoding encoding);

 private:
  boost::asio::steady_timer wake_;  // cancelled when there is something to do
  std::deque<SharedFrame> waiting_;
  std::size_t bytes_ = 0;
  std::optional<boost::beast::websocket::close_reason> closing_;
  bool abandoned_ = false;
};

}  // namespace colo
