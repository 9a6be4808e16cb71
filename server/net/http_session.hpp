// One HTTP connection: serves one request after another, until it closes or becomes a WebSocket.
//
// Handshakes, headers, bodies and the time they take are bounded. Until a complete request has
// arrived, the connection is idle: it may be closed for a new one (ConnectionQuota). A plain
// request on a TLS port is redirected to https.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "net/connection_quota.hpp"
#include "net/connections.hpp"
#include "net/listener.hpp"
#include "net/request_reader.hpp"
#include "net/response.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "net/upgrade.hpp"

namespace colo {

class HttpSession final : public std::enable_shared_from_this<HttpSession> {
 public:
  /// `slot` is held until the connection closes, also as a WebSocket.
  HttpSession(boost::asio::ip::tcp::socket socket, Services& services, Shard& shard,
              ListenerSettings settings, ConnectionSlot slot);

  /// Returns when the connection has closed or has become a WebSocket.
  boost::asio::awaitable<void> run();

 private:
  boost::asio::awaitable<bool> begin_tls();
  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<result<bool>> read_request();
  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<bool> serve_one(const HttpRequest& request);
  boost::asio::awaitable<void> become_websocket(HttpRequest request);
  boost::asio::awaitable<bool> write(HttpResponse response);
  boost::asio::awaitable<void> write_and_close(HttpResponse response);
  result<Upgrade> check_upgrade(const HttpRequest& request, const ResponseTo& to) const;
  boost::asio::awaitable<void> refuse_and_close(Refusal why);
  boost::asio::awaitable<HttpResponse> respond(const HttpRequest& request, ResponseTo to);
  std::optional<HttpResponse> refuse_by_head(const HttpRequest& request,
                                             const ResponseTo& to) const;
  result<void> check_site(const HttpRequest& request, const ResponseTo& to) const;
  boost::asio::awaitable<HttpResponse> respond_api(const HttpRequest& request, ResponseTo to);
  void become_idle();
  void allow_eviction();
  boost::asio::awaitable<void> close_gracefully();
  bool is_redirected() const { return settings_.https_port != 0 && !stream_.encrypted(); }
  HttpResponse redirect(const HttpRequest& request, const ResponseTo& to) const;
  ClientAddress client_of(const HttpRequest& request) const;
  ResponseTo response_to(const HttpRequest& request) const;

  Stream stream_;
  Services& services_;
  Shard& shard_;
  Connections& connections_;
  ConnectionId id_;
  ListenerSettings settings_;
  ConnectionSlot slot_;
  boost::asio::ip::address local_;
  boost::asio::ip::address remote_;
  RequestReader reader_{stream_};
  bool idle_ = false;  // no complete request has arrived: stopping closes it
  std::optional<IdleConnections::Entry> idle_entry_;  // where it has a slot
};

/// Serves a connection that was accepted on `shard` to its end, unless its network has too many.
boost::asio::awaitable<void> serve_connection(Services& services, Shard& shard,
                                              boost::asio::ip::tcp::socket socket,
                                              ListenerSettings settings);

}  // namespace colo
