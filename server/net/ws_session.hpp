// One phone's WebSocket: handshake, Hello, frames in, frames out, close.
//
// Lives on the shard that accepted it. One reader (run) and one writer (the
// outbox). Until Hello was answered it is nobody; after that it is its session,
// and closes when the session ends.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>

#include "net/connections.hpp"
#include "net/conversation.hpp"
#include "net/outbox.hpp"

namespace colo {

class WsSession final : public Member, public std::enable_shared_from_this<WsSession> {
 public:
  using Upgrade = boost::beast::http::request<boost::beast::http::string_body>;

  WsSession(Stream stream, Services& services, Shard& shard, Connections& connections,
            ConnectionId id);

  /// From the upgrade request, whose Host and Origin were checked and whose cookie
  /// held `token`, to the end.
  boost::asio::awaitable<void> run(Upgrade upgrade, std::string token);

  /// Tells the phone `code` and why; the socket is gone within close_time.
  void close(std::uint16_t code, std::string_view reason);

  ConnectionId connection() const override { return id_; }
  void deliver(const SharedFrame& frame) override;

 private:
  static boost::asio::awaitable<void> write(std::shared_ptr<WsSession> self);
  boost::asio::awaitable<bool> accept(Upgrade upgrade);
  boost::asio::awaitable<bool> say_hello(std::string token);
  boost::asio::awaitable<void> listen();
  boost::asio::awaitable<result<v1::ClientFrame>> read_frame();
  boost::asio::awaitable<result<Sessions::SignedIn>> redeem(std::string ticket, std::string token);
  void give_up_after(std::chrono::seconds time);
  void finish();

  WebSocket socket_;
  Services& services_;
  Connections& connections_;
  ConnectionId id_;
  Encoding encoding_ = Encoding::binary;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer deadline_;  // for Hello, then for closing
  Outbox outbox_;
  std::optional<SessionId> session_;
  std::optional<Conversation> conversation_;
  Departure departure_ = Departure::clean;
  bool ended_ = false;
};

}  // namespace colo
