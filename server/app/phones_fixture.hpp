// For tests of the whole server: people who sign in over HTTP, and their clients' WebSockets, on
// loopback, plain or under TLS.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>

#include "app/config.hpp"
#include "colo.pb.h"
#include "net/certificate_fixture.hpp"

namespace colo::phones_fixture {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;

enum class Line { plain, tls };

// The client's end of a connection, for Beast.
class ClientStream {
 public:
  using executor_type = beast::tcp_stream::executor_type;

  template <class Context>
  ClientStream(Context&& context, Line line)
      : ssl_(asio::ssl::context::tls_client),
        stream_(std::forward<Context>(context), ssl_),
        line_(line) {}

  executor_type get_executor() { return stream_.get_executor(); }
  beast::tcp_stream& tcp() { return stream_.next_layer(); }
  bool encrypted() const { return line_ == Line::tls; }

  asio::awaitable<void> shake_hands() {
    if (encrypted())
      co_await stream_.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  }
  void shake_hands_now() {
    if (encrypted()) stream_.handshake(asio::ssl::stream_base::client);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (encrypted()) return stream_.async_read_some(buffers, std::forward<Token>(token));
    return tcp().async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (encrypted()) return stream_.async_write_some(buffers, std::forward<Token>(token));
    return tcp().async_write_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    return encrypted() ? stream_.read_some(buffers, error) : tcp().read_some(buffers, error);
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    return encrypted() ? stream_.read_some(buffers) : tcp().read_some(buffers);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    return encrypted() ? stream_.write_some(buffers, error) : tcp().write_some(buffers, error);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    return encrypted() ? stream_.write_some(buffers) : tcp().write_some(buffers);
  }

 private:
  asio::ssl::context ssl_;
  asio::ssl::stream<beast::tcp_stream> stream_;
  Line line_;
};

// How Beast ends a WebSocket on it.
inline void beast_close_socket(ClientStream& stream) {
  stream.tcp().close();
}
template <class Handler>
void async_teardown(beast::role_type role, ClientStream& stream, Handler&& handler) {
  using websocket::async_teardown;
  async_teardown(role, stream.tcp(), std::forward<Handler>(handler));
}

struct Server {
  std::uint16_t port;
  Line line = Line::plain;

  std::string host() const { return "127.0.0.1:" + std::to_string(port); }
  std::string origin() const { return (line == Line::tls ? "https://" : "http://") + host(); }
  tcp::endpoint endpoint() const { return {asio::ip::address_v4::loopback(), port}; }
};

// The credentials of a WebSocket.
struct Pass {
  std::string ticket;
  std::string cookie;
};

// A person signed in over HTTP, with a cookie jar of one cookie.
class Person {
 public:
  explicit Person(Server server) : server_(server), stream_(loop_, server.line) {
    stream_.tcp().connect(server.endpoint());
    stream_.shake_hands_now();
  }
  explicit Person(std::uint16_t port) : Person(Server{port}) {}

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
    request.set(http::field::host, server_.host());
    request.set(http::field::origin, server_.origin());
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

  Server server_;
  asio::io_context loop_;
  ClientStream stream_;
  beast::flat_buffer buffer_;
  std::string name_;
  std::string cookie_;
  std::string secret_;
  std::string body_;
  int requests_ = 0;
};

using Socket = websocket::stream<ClientStream>;

inline beast::tcp_stream& tcp_of(Socket& socket) {
  return socket.next_layer().tcp();
}

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
inline asio::awaitable<void> enter(Socket& socket, Server server, Pass pass, std::string room) {
  auto& stream = tcp_of(socket);
  // One that is open already has options of its own.
  if (stream.socket().is_open())
    co_await stream.socket().async_connect(server.endpoint(), asio::use_awaitable);
  else
    co_await stream.async_connect(server.endpoint(), asio::use_awaitable);
  co_await socket.next_layer().shake_hands();
  const auto host = server.host();
  socket.set_option(websocket::stream_base::decorator(
      [origin = server.origin(), pass](websocket::request_type& request) {
        request.set(http::field::origin, origin);
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

inline Config config_for_test(const std::filesystem::path& data, Line line = Line::plain) {
  Config config = default_config();
  config.data = data;
  config.server.host = "127.0.0.1";
  if (line == Line::tls) {
    const auto files = make_certificate(data);
    config.server.tls_cert = files.certificate;
    config.server.tls_key = files.key;
  }
  config.server.port = 0;
  config.server.shards = 2;
  config.limits.drawings.count = 1'000'000;
  config.limits.frames.count = 1'000'000;
  config.limits.cpu_percent = 1'000'000;
  return config;
}

}  // namespace colo::phones_fixture
