// For tests of the whole server with their own clock: the server, in this process and on loopback,
// and a client of its API that sends raw bytes.
//
// Everything here blocks. Advancing the clock passes the server's deadlines immediately; its timers
// (of requests and sockets) run in real time.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>

#include "app/app.hpp"
#include "colo.pb.h"
#include "runtime/log.hpp"
#include "storage/temporary_folder.hpp"

namespace colo::app_fixture {

using boost::asio::ip::tcp;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// A server for one test: two shards, limits that are never reached, hashes at the lowest cost.
class Server {
 public:
  /// `change` is applied to the settings before the server is constructed.
  explicit Server(void (*change)(Config&) = nullptr) {
    log::open("error");
    Config config = default_config();
    config.data = folder_.path();
    config.server.host = "127.0.0.1";
    config.server.port = 0;
    config.server.shards = 2;
    config.limits.registrations.count = 1'000'000;
    config.limits.sign_ins.count = 1'000'000;
    if (change) change(config);
    app_ = std::make_unique<App>(config, Assets{}, Dependencies{clock_, HashCost::least()});
    app_->start();
  }

  std::uint16_t port() const { return app_->port(); }
  std::string set_up_code() const { return app_->set_up_code().value_or(""); }
  void advance(std::chrono::milliseconds by) { clock_->advance(by); }

 private:
  TemporaryFolder folder_;
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  std::unique_ptr<App> app_;
};

/// A call of the API, without its token.
struct Call {
  std::string method;
  std::string path;
  std::string body;  // JSON; empty: none
};

/// A response, as far as a client stores it.
struct Answer {
  unsigned status = 0;
  std::string body;
  std::string cookie;  // the whole Set-Cookie; empty: none

  bool operator==(const Answer&) const = default;

  /// The token in the cookie; empty when it is cleared or missing.
  std::string token() const {
    const auto begin = cookie.find('=') + 1;
    return cookie.substr(begin, cookie.find(';') - begin);
  }
  boost::json::value json() const { return boost::json::parse(body); }
};

/// The name of the cookie of a page on that port.
inline std::string cookie_name(std::uint16_t port) {
  return "colo_token_" + std::to_string(port);
}

/// The credentials of a page.
struct Keys {
  std::string token;   // empty: no cookie
  std::string secret;  // empty: no header
};

/// A serialised call.
inline std::string request_text(std::uint16_t port, const Call& call, const Keys& keys,
                                const std::string& rid) {
  http::request<http::string_body> request;
  request.method_string(call.method);
  request.target(call.path);
  const auto host = "127.0.0.1:" + std::to_string(port);
  request.set(http::field::host, host);
  request.set(http::field::origin, "http://" + host);
  request.set(http::field::user_agent, "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0");
  if (!rid.empty()) request.set("Idempotency-Key", rid);
  if (!keys.token.empty()) request.set(http::field::cookie, cookie_name(port) + '=' + keys.token);
  if (!keys.secret.empty()) request.set("Colo-Session", keys.secret);
  if (!call.body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = call.body;
  if (call.method != "GET") request.prepare_payload();
  return (std::ostringstream() << request).str();
}

/// The response in `bytes`; nothing while it is incomplete.
inline std::optional<Answer> read_answer(const std::string& bytes) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  boost::system::error_code error;
  parser.put(asio::buffer(bytes), error);
  if (!parser.is_done()) return std::nullopt;
  const auto& response = parser.get();
  return Answer{response.result_int(), response.body(),
                std::string(response[http::field::set_cookie])};
}

/// A connection to a port of this machine, open while this exists.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : socket_(loop_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(tcp::no_delay(true));
  }

  Answer ask(const std::string& request) {
    asio::write(socket_, asio::buffer(request));
    std::string came;
    std::array<char, 4096> part;
    for (;;) {
      came.append(part.data(), socket_.read_some(asio::buffer(part)));
      if (auto answer = read_answer(came)) return std::move(*answer);
    }
  }

 private:
  asio::io_context loop_;
  tcp::socket socket_;
};

/// A person on one device and one connection, with one token and one secret.
class Caller {
 public:
  explicit Caller(std::uint16_t port) : port_(port), connection_(port) {}

  std::string name;
  std::string password = "correct horse";
  std::string token;
  std::string secret;

  Answer register_as(std::string person, const std::string& invite = "") {
    name = std::move(person);
    return welcomed(expect(201, {"POST", "/api/register", credentials(invite)}));
  }
  Answer sign_in() {
    token.clear();
    return welcomed(expect(200, {"POST", "/api/login", credentials()}));
  }

  /// A new request with the current token; stores the token of the response.
  Answer call(const Call& what) {
    const auto answer = ask(what, {token, secret}, new_rid());
    if (!answer.cookie.empty()) token = answer.token();
    return answer;
  }
  Answer expect(unsigned status, const Call& what) {
    auto answer = call(what);
    EXPECT_EQ(answer.status, status) << what.method << ' ' << what.path << ": " << answer.body;
    return answer;
  }

  /// Any request; does not change the stored token.
  Answer ask(const Call& what, const Keys& with, const std::string& rid) {
    return connection_.ask(request_text(port_, what, with, rid));
  }

  std::string ticket() {
    return std::string(expect(200, {"POST", "/api/ticket", ""}).json().at("ticket").as_string());
  }

  static std::string new_rid() {
    static std::uint64_t made = 0;
    return "request-number-" + std::to_string(++made);
  }

 private:
  Answer welcomed(Answer answer) {
    secret = answer.json().at("session_secret").as_string();
    return answer;
  }
  std::string credentials(const std::string& invite = "") const {
    boost::json::object fields{{"username", name}, {"password", password}};
    if (!invite.empty()) fields["invite"] = invite;
    return boost::json::serialize(fields);
  }

  std::uint16_t port_;
  Connection connection_;
};

/// A WebSocket that sends Hello; the upgrade carries `token`.
class Line {
 public:
  Line(std::uint16_t port, const std::string& token) : socket_(loop_) {
    namespace websocket = beast::websocket;
    beast::get_lowest_layer(socket_).connect({asio::ip::address_v4::loopback(), port});
    const auto host = "127.0.0.1:" + std::to_string(port);
    socket_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      request.set(http::field::origin, "http://" + host);
      request.set(http::field::sec_websocket_protocol, "colo.v1");
      request.set(http::field::cookie, cookie_name(port) + '=' + token);
    }));
    socket_.binary(true);
    socket_.handshake(host, "/ws");
  }

  /// The user of Welcome; empty when the server closed with 4401.
  std::optional<std::string> hello(const std::string& ticket) {
    v1::ClientFrame frame;
    frame.mutable_hello()->set_ticket(ticket);
    boost::system::error_code error;
    socket_.write(asio::buffer(frame.SerializeAsString()), error);
    beast::flat_buffer buffer;
    if (!error) socket_.read(buffer, error);
    if (error) {
      EXPECT_EQ(close_code(), 4401) << error.message();
      return std::nullopt;
    }
    v1::ServerFrame answer;
    EXPECT_TRUE(answer.ParseFromArray(buffer.data().data(), static_cast<int>(buffer.size())));
    EXPECT_TRUE(answer.has_welcome());
    return answer.welcome().user();
  }

  /// Waits for the server to close; returns the code and reason.
  std::pair<int, std::string> closed() {
    boost::system::error_code error;
    while (!error) {
      beast::flat_buffer buffer;
      socket_.read(buffer, error);
    }
    return {close_code(), std::string(socket_.reason().reason.c_str())};
  }

 private:
  int close_code() const { return socket_.reason().code; }

  asio::io_context loop_;
  beast::websocket::stream<beast::tcp_stream> socket_;
};

/// The position of a token in its session.
inline std::int64_t seq_of(const std::string& token) {
  const auto begin = token.find('.') + 1;
  std::string claims = token.substr(begin, token.rfind('.') - begin);
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : claims) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bits = bits << 6 | static_cast<std::uint32_t>(alphabet.find(c));
    if ((count += 6) < 8) continue;
    count -= 8;
    text += static_cast<char>(bits >> count & 0xff);
  }
  return boost::json::parse(text).at("seq").as_int64();
}

}  // namespace colo::app_fixture
