#include "net/outbox.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;

bool Outbox::push(const SharedFrame& frame) {
  if (closing()) return true;  // nobody will read it; not a reason to close again
  if (bytes_ + frame->size() > limits::outbox_bytes_max) return false;
  bytes_ += frame->size();
  waiting_.push_back(frame);
  wake_.cancel();
  return true;
}

void Outbox::close_after(websocket::close_reason reason) {
  if (closing()) return;
  closing_ = std::move(reason);
  wake_.cancel();
}

void Outbox::close_now(websocket::close_reason reason) {
  if (closing()) return;
  waiting_.clear();
  bytes_ = 0;
  close_after(std::move(reason));
}

void Outbox::abandon() {
  abandoned_ = true;
  wake_.cancel();
}

asio::awaitable<void> Outbox::write_all(WebSocket& socket, Encoding encoding) {
  socket.binary(encoding == Encoding::binary);
  while (!abandoned_) {
    if (!waiting_.empty()) {
      const SharedFrame frame = std::move(waiting_.front());
      waiting_.pop_front();
      bytes_ -= frame->size();
      std::string json;
      if (encoding == Encoding::json) json = to_json(*frame);
      const auto& bytes = encoding == Encoding::json ? json : *frame;
      const auto [error, written] =
          co_await socket.async_write(asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
      if (error) co_return;  // the reader notices too, and ends the session
    } else if (closing_) {
      boost::system::error_code closed;  // whatever came of it, the socket is done with
      co_await socket.async_close(*closing_, asio::redirect_error(asio::use_awaitable, closed));
      co_return;
    } else {
      wake_.expires_at(asio::steady_timer::time_point::max());
      boost::system::error_code woken;
      co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
  }
}

}  // namespace colo
