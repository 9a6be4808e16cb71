// For tests of the whole server: people who sign in over HTTP, and their phones'
// sockets, on loopback.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <string>

#include "app/config.hpp"
#include "colo.pb.h"

namespace colo::phones_fixture {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;

// What opens a socket.
struct Pass {
  std::string ticket;
  std::string cookie;
};

// Signed in over HTTP, with a cookie jar of one cookie.
class Person {
 public:
  explicit Person(std::uint16_t port) : port_(port), stream_(loop_) {
    stream_.connect({asio::ip::address_v4::loopback(), port});
  }

  void register_as(const std::string& name) {
    name_ = name;
    EXPECT_EQ(post("/api/register", R"({"username":")" + name + R"(","password":"correct horse"})"),
              http::status::created);
    learn_secret();
  }

  // As on one more device of the same person.
  void sign_in_again() {
    cookie_.clear();
    EXPECT_EQ(post("/api/login", R"({"username":")" + name_ + R"(","password":"correct horse"})"),
              http::status::ok);
    learn_secret();
  }

  Pass pass() {
    EXPECT_EQ(post("/api/ticket", ""), http::status::ok);
    return {std::string(boost::json::parse(body_).at("ticket").as_string()), cookie_};
  }

 private:
  void learn_secret() { secret_ = boost::json::parse(body_).at("session_secret").as_string(); }

  http::status post(const std::string& path, const std::string& body) {
    http::request<http::string_body> request{http::verb::post, path, 11};
    const auto host = "127.0.0.1:" + std::to_string(port_);
    request.set(http::field::host, host);
    request.set(http::field::origin, "http://" + host);
    request.set("Idempotency-Key", "request-number-" + std::to_string(++requests_));
    if (!cookie_.empty()) request.set(http::field::cookie, cookie_);
    if (!secret_.empty()) request.set("Colo-Session", secret_);
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    http::write(stream_, request);
    http::response<http::string_body> response;
    http::read(stream_, buffer_, response);
    const std::string set(response[http::field::set_cookie]);
    if (!set.empty()) cookie_ = set.substr(0, set.find(';'));
    body_ = response.body();
    return response.result();
  }

  std::uint16_t port_;
  asio::io_context loop_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::string name_;
  std::string cookie_;
  std::string secret_;
  std::string body_;
  int requests_ = 0;
};

using Socket = websocket::stream<beast::tcp_stream>;

inline asio::awaitable<void> send(Socket& socket, v1::ClientFrame frame) {
  const auto bytes = frame.SerializeAsString();
  co_await socket.async_write(asio::buffer(bytes), asio::use_awaitable);
}

inline asio::awaitable<v1::ServerFrame> receive(Socket& socket) {
  beast::flat_buffer buffer;
  co_await socket.async_read(buffer, asio::use_awaitable);
  v1::ServerFrame frame;
  EXPECT_TRUE(frame.ParseFromArray(buffer.data().data(), static_cast<int>(buffer.size())));
  co_return frame;
}

// Through Hello and Join, to Joined.
inline asio::awaitable<void> enter(Socket& socket, std::uint16_t port, Pass pass,
                                   std::string room) {
  auto& stream = beast::get_lowest_layer(socket);
  const tcp::endpoint server{asio::ip::address_v4::loopback(), port};
  // One that is open already has options of its own.
  if (stream.socket().is_open())
    co_await stream.socket().async_connect(server, asio::use_awaitable);
  else
    co_await stream.async_connect(server, asio::use_awaitable);
  const auto host = "127.0.0.1:" + std::to_string(port);
  socket.set_option(
      websocket::stream_base::decorator([host, pass](websocket::request_type& request) {
        request.set(http::field::origin, "http://" + host);
        request.set(http::field::sec_websocket_protocol, "colo.v1");
        request.set(http::field::cookie, pass.cookie);
      }));
  socket.binary(true);
  co_await socket.async_handshake(host, "/ws", asio::use_awaitable);
  v1::ClientFrame hello;
  hello.mutable_hello()->set_ticket(pass.ticket);
  co_await send(socket, hello);
  const auto welcome = co_await receive(socket);
  EXPECT_TRUE(welcome.has_welcome());
  v1::ClientFrame join;
  join.mutable_join()->set_room(room);
  co_await send(socket, join);
  for (;;) {
    const auto frame = co_await receive(socket);
    if (frame.has_joined()) co_return;
  }
}

inline v1::ClientFrame drawing(const std::string& room, std::uint32_t number) {
  v1::ClientFrame frame;
  auto& send = *frame.mutable_send();
  send.set_room(room);
  std::string id(16, '\0');
  for (std::size_t i = 0; i < 4; ++i) id[i] = static_cast<char>(number >> (8 * i));
  send.set_client_id(id);
  send.set_caption(std::to_string(number));
  send.mutable_drawing()->set_version(1);
  auto& stroke = *send.mutable_drawing()->add_strokes();
  stroke.set_tool(v1::TOOL_PEN);
  stroke.set_width(8);
  for (int i = 0; i < 20; ++i) stroke.add_points(10 + i);
  return frame;
}

inline Config config_for_test(const std::filesystem::path& data) {
  Config config = default_config();
  config.data = data;
  config.server.host = "127.0.0.1";
  config.server.port = 0;
  config.server.shards = 2;
  config.limits.drawings.count = 1'000'000;
  config.limits.frames.count = 1'000'000;
  config.limits.cpu_percent = 1'000'000;
  return config;
}

}  // namespace colo::phones_fixture
