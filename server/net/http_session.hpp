// One HTTP connection: requests in turn, until it closes or becomes a WebSocket.
//
// Lives on the shard that accepted it. Handshakes, headers, bodies and the time
// they take are bounded. Until a whole request has arrived, and between two, it may
// be closed to make room. What comes in plain where TLS is spoken is sent there.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "net/caller_count.hpp"
#include "net/connections.hpp"
#include "net/request_reader.hpp"
#include "net/response.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "net/upgrade.hpp"

namespace colo {

/// What is behind a port: plain HTTP unless it says otherwise.
struct Door {
  std::uint16_t port = 0;
  TlsContext tls;                // spoken here
  std::uint16_t https_port = 0;  // plain requests are sent there; 0: they are answered
};

class HttpSession final : public std::enable_shared_from_this<HttpSession> {
 public:
  /// `place` is held until the connection ends, whatever it became.
  HttpSession(boost::asio::ip::tcp::socket socket, Services& services, Shard& shard,
              Connections& connections, Door door, CallerPlace place);

  /// To the end of the connection, or until it became a WebSocket.
  boost::asio::awaitable<void> run();

 private:
  boost::asio::awaitable<bool> begin_tls();
  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<result<bool>> read_request();
  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<bool> serve_one(const HttpRequest& request);
  boost::asio::awaitable<void> become_websocket(HttpRequest request);
  boost::asio::awaitable<bool> write(HttpResponse response);
  boost::asio::awaitable<void> turn_away(HttpResponse response);
  result<Upgrade> check_upgrade(const HttpRequest& request, const ResponseTo& to) const;
  boost::asio::awaitable<void> refuse_and_close(Refusal why);
  boost::asio::awaitable<HttpResponse> respond(const HttpRequest& request, ResponseTo to);
  std::optional<HttpResponse> refuse_by_head(const HttpRequest& request,
                                             const ResponseTo& to) const;
  result<void> check_site(const HttpRequest& request, const ResponseTo& to) const;
  boost::asio::awaitable<HttpResponse> respond_api(const HttpRequest& request, ResponseTo to);
  void become_idle();
  void make_room_if_asked();
  boost::asio::awaitable<void> say_goodbye();
  bool sent_elsewhere() const { return door_.https_port != 0 && !stream_.encrypted(); }
  HttpResponse redirect(const HttpRequest& request, const ResponseTo& to) const;
  Caller caller_of(const HttpRequest& request) const;
  ResponseTo response_to(const HttpRequest& request) const;

  Stream stream_;
  Services& services_;
  Shard& shard_;
  Connections& connections_;
  ConnectionId id_;
  Door door_;
  CallerPlace place_;
  boost::asio::ip::address local_;
  boost::asio::ip::address remote_;
  RequestReader reader_{stream_};
  bool idle_ = false;  // no whole request is here: stopping may close it at once
  std::optional<IdleConnections::Entry> idle_entry_;  // it makes room, where it is counted
};

}  // namespace colo
