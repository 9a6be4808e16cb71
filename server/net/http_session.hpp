// One HTTP connection: requests in turn, until it closes or becomes a WebSocket.
//
// Lives on the shard that accepted it. Headers, bodies and the time they take
// are bounded.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>

#include "net/connections.hpp"
#include "net/response.hpp"

namespace colo {

class HttpSession final : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::ip::tcp::socket socket, Services& services, Shard& shard,
              Connections& connections);

  /// To the end of the connection, or of the WebSocket it became.
  boost::asio::awaitable<void> run();

 private:
  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<bool> serve_one(const HttpRequest& request);
  boost::asio::awaitable<void> become_websocket(HttpRequest request);
  boost::asio::awaitable<bool> write(HttpResponse response);
  boost::asio::awaitable<void> refuse_and_close(errc code);
  boost::asio::awaitable<HttpResponse> respond(const HttpRequest& request, ResponseTo to);
  boost::asio::awaitable<HttpResponse> respond_api(const HttpRequest& request, ResponseTo to);
  ResponseTo response_to(const HttpRequest& request) const;
  HttpResponse refusal(const ResponseTo& to, const Refusal& why) const;

  boost::beast::tcp_stream stream_;
  Services& services_;
  Shard& shard_;
  Connections& connections_;
  ConnectionId id_;
  boost::asio::ip::address local_;
  boost::asio::ip::address remote_;
  boost::beast::flat_buffer buffer_;
  bool idle_ = false;  // between requests: stopping may close it at once
};

}  // namespace colo
