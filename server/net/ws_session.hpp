// One phone's conversation over its WebSocket: Hello, frames in, frames out, close.
//
// Lives on the shard that accepted it. One reader (run). Until Hello was
// answered it is nobody; after that it is its session, and closes when the
// session ends.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "net/connection_quota.hpp"
#include "net/connections.hpp"
#include "net/frame_handler.hpp"
#include "net/phone_socket.hpp"

namespace colo {

class WsSession final : public Subscriber, public std::enable_shared_from_this<WsSession> {
 public:
  WsSession(std::shared_ptr<PhoneSocket> socket, Services& services, Connections& connections,
            ConnectionId id, ConnectionSlot slot);

  /// From the handshake, whose cookies held `tokens`, to the end.
  boost::asio::awaitable<void> run(std::vector<std::string> tokens);

  /// Tells the phone `code` and why; the socket is gone soon after close_time.
  void close(std::uint16_t code, std::string_view reason) { socket_->close(code, reason); }

  ConnectionId connection() const override { return id_; }
  void reply(const SharedFrame& frame) override;
  void publish(const SharedFrame& frame, FlowId flow) override;

 private:
  boost::asio::awaitable<bool> say_hello(std::vector<std::string> tokens);
  boost::asio::awaitable<void> listen();
  // What it gives is to be read before anything is waited for.
  boost::asio::awaitable<result<v1::ClientFrame*>> read_frame();
  boost::asio::awaitable<result<SignedIn>> redeem(std::string ticket,
                                                  std::vector<std::string> tokens);
  result<v1::ClientFrame*> read(const ws::Event& message);
  // False when the phone floods.
  bool hear_control(const ws::Event& event);
  void end(const ws::Event& event);
  std::optional<IdleConnections::Entry> make_room_if_asked();
  void leave();

  std::shared_ptr<PhoneSocket> socket_;
  Services& services_;
  Connections& connections_;
  ConnectionId id_;
  ConnectionSlot slot_;
  std::optional<SessionId> session_;
  std::optional<FrameHandler> handler_;
  std::size_t frame_bytes_ = 0;  // of the frame read last
  Departure departure_ = Departure::clean;
  bool ended_ = false;  // nothing more comes; departure_ says how that came about
};

}  // namespace colo
