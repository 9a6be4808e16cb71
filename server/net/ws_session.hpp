// One client's session over its WebSocket: Hello, then frames both ways, then Close.
//
// run() is the only reader. Until Hello was accepted the client is not signed in; after that the
// connection belongs to one sign-in session and is closed when that ends.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "net/connection_quota.hpp"
#include "net/connections.hpp"
#include "net/frame_handler.hpp"
#include "net/ws_connection.hpp"

namespace colo {

class WsSession final : public Subscriber, public std::enable_shared_from_this<WsSession> {
 public:
  WsSession(std::shared_ptr<WsConnection> connection, Services& services, Connections& connections,
            ConnectionId id, ConnectionSlot slot);

  /// Serves the connection to its end, on `shard`, its own. `tokens`: from the cookies of the
  /// upgrade request.
  void start(Shard& shard, std::vector<std::string> tokens);

  /// Sends Close. The connection ends when the client answers, or after limits::close_time.
  void close(std::uint16_t code, std::string_view reason) { socket_->close(code, reason); }

  ConnectionId connection() const override { return id_; }
  void reply(const SharedFrame& frame) override;
  void publish(const SharedFrame& frame, FlowId flow) override;

 private:
  static boost::asio::awaitable<void> keep_and_run(std::shared_ptr<WsSession> self,
                                                   std::vector<std::string> tokens);
  boost::asio::awaitable<void> run(std::vector<std::string> tokens);
  boost::asio::awaitable<bool> read_hello(std::vector<std::string> tokens);
  boost::asio::awaitable<void> read_frames();
  // The frame is valid until the caller waits for something.
  boost::asio::awaitable<result<v1::ClientFrame*>> read_frame();
  boost::asio::awaitable<result<SignedIn>> redeem(std::string ticket,
                                                  std::vector<std::string> tokens);
  result<v1::ClientFrame*> read(const ws::Event& message);
  // False when the client is flooding.
  bool handle_control(const ws::Event& event);
  void end(const ws::Event& event);
  std::optional<IdleConnections::Entry> allow_eviction();
  void leave();

  std::shared_ptr<WsConnection> socket_;
  Services& services_;
  Connections& connections_;
  ConnectionId id_;
  ConnectionSlot slot_;
  std::optional<SessionId> session_;
  std::optional<FrameHandler> handler_;
  std::size_t frame_bytes_ = 0;  // of the last frame
  Departure departure_ = Departure::clean;
  bool ended_ = false;  // no more events; departure_ has the reason
};

}  // namespace colo
