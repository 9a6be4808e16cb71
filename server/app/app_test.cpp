// The server as a whole, over real sockets.
#include "app/app.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>

#include "colo.pb.h"
#include "runtime/log.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto patience = 60s;  // far beyond what anything here takes

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
  }

  // As on one more device of the same person.
  void sign_in_again() {
    cookie_.clear();
    EXPECT_EQ(post("/api/login", R"({"username":")" + name_ + R"(","password":"correct horse"})"),
              http::status::ok);
  }

  Pass pass() {
    EXPECT_EQ(post("/api/ticket", ""), http::status::ok);
    return {std::string(boost::json::parse(body_).at("ticket").as_string()), cookie_};
  }

 private:
  http::status post(const std::string& path, const std::string& body) {
    http::request<http::string_body> request{http::verb::post, path, 11};
    const auto host = "127.0.0.1:" + std::to_string(port_);
    request.set(http::field::host, host);
    request.set(http::field::origin, "http://" + host);
    request.set("Idempotency-Key", "request-number-" + std::to_string(++requests_));
    if (!cookie_.empty()) request.set(http::field::cookie, cookie_);
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
  std::string body_;
  int requests_ = 0;
};

using Socket = websocket::stream<beast::tcp_stream>;

asio::awaitable<void> send(Socket& socket, v1::ClientFrame frame) {
  const auto bytes = frame.SerializeAsString();
  co_await socket.async_write(asio::buffer(bytes), asio::use_awaitable);
}

asio::awaitable<v1::ServerFrame> receive(Socket& socket) {
  beast::flat_buffer buffer;
  co_await socket.async_read(buffer, asio::use_awaitable);
  v1::ServerFrame frame;
  EXPECT_TRUE(frame.ParseFromArray(buffer.data().data(), static_cast<int>(buffer.size())));
  co_return frame;
}

// Through Hello and Join, to Joined.
asio::awaitable<void> enter(Socket& socket, std::uint16_t port, Pass pass, std::string room) {
  const tcp::endpoint server{asio::ip::address_v4::loopback(), port};
  co_await beast::get_lowest_layer(socket).async_connect(server, asio::use_awaitable);
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

v1::ClientFrame drawing(const std::string& room, std::uint32_t number) {
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

struct Hall {
  std::uint16_t port;
  std::string room;
  std::uint32_t phones = 200;
  std::uint32_t drawings = 1000;
  std::uint32_t inside = 0;
  std::uint32_t satisfied = 0;  // phones that saw every drawing, in order
};

asio::awaitable<void> watch(Hall& hall, Pass pass) {
  Socket socket(co_await asio::this_coro::executor);
  beast::get_lowest_layer(socket).expires_after(patience);
  co_await enter(socket, hall.port, std::move(pass), hall.room);
  ++hall.inside;
  std::uint64_t seq = 0;
  while (seq < hall.drawings) {
    const auto frame = co_await receive(socket);
    if (!frame.has_message()) continue;
    EXPECT_EQ(frame.message().seq(), seq + 1);
    if (frame.message().seq() != seq + 1) co_return;
    seq = frame.message().seq();
    EXPECT_EQ(frame.message().caption(), std::to_string(seq));
  }
  ++hall.satisfied;
}

asio::awaitable<void> draw(Hall& hall, Pass pass) {
  Socket socket(co_await asio::this_coro::executor);
  beast::get_lowest_layer(socket).expires_after(patience);
  co_await enter(socket, hall.port, std::move(pass), hall.room);
  asio::steady_timer turn(co_await asio::this_coro::executor);
  while (hall.inside < hall.phones - 1) {  // until everybody else is in
    turn.expires_after(5ms);
    co_await turn.async_wait(asio::use_awaitable);
  }
  std::uint32_t sent = 0;
  std::uint32_t accepted = 0;
  std::uint64_t seq = 0;
  constexpr std::uint32_t ahead = 8;  // drawings under way at once
  while (seq < hall.drawings || accepted < hall.drawings) {
    while (sent < hall.drawings && sent < accepted + ahead)
      co_await send(socket, drawing(hall.room, ++sent));
    const auto frame = co_await receive(socket);
    EXPECT_FALSE(frame.has_rejected()) << frame.rejected().reason();
    if (frame.has_rejected()) co_return;
    if (frame.has_accepted()) {
      EXPECT_EQ(frame.accepted().seq(), ++accepted);
    } else if (frame.has_message()) {
      EXPECT_EQ(frame.message().seq(), ++seq);
    }
  }
  ++hall.satisfied;
}

Config config_for_test(const std::filesystem::path& data) {
  Config config = default_config();
  config.data = data;
  config.server.host = "127.0.0.1";
  config.server.port = 0;
  config.server.shards = 2;
  config.limits.drawings.count = 1'000'000;
  config.limits.frames.count = 1'000'000;
  return config;
}

class AppTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { log::open("warn"); }
};

TEST_P(AppTest, TwoHundredPhonesSeeAThousandDrawingsInOrder) {
  const TemporaryFolder folder;
  App app(config_for_test(folder.path()), {});
  app.start();
  Hall hall{app.port(), GetParam()};
  Person person(app.port());
  person.register_as("Ana");
  asio::io_context loop;
  asio::co_spawn(loop, draw(hall, person.pass()), asio::detached);
  for (std::uint32_t i = 1; i < hall.phones; ++i) {
    if (i % 25 == 0) person.sign_in_again();
    asio::co_spawn(loop, watch(hall, person.pass()), asio::detached);
    loop.poll();  // says Hello while the ticket is fresh
  }
  loop.run();
  EXPECT_EQ(hall.satisfied, hall.phones);
  app.stop();
}

INSTANTIATE_TEST_SUITE_P(InRooms, AppTest, testing::Values("main-chat", "scratch"),
                         [](const auto& room) {
                           return room.param == "scratch" ? "Temporary" : "Persistent";
                         });

TEST(App, ASecondServerOnTheSamePortOrFolderIsRefusedInASentence) {
  log::open("warn");
  const TemporaryFolder one;
  const TemporaryFolder two;
  App app(config_for_test(one.path()), {});
  auto same_port = config_for_test(two.path());
  same_port.server.port = app.port();
  EXPECT_THROW(
      {
        try {
          App second(same_port, {});
        } catch (const std::runtime_error& e) {
          EXPECT_NE(std::string(e.what()).find("in use"), std::string::npos) << e.what();
          throw;
        }
      },
      std::runtime_error);
  EXPECT_THROW(
      {
        try {
          App second(config_for_test(one.path()), {});
        } catch (const std::runtime_error& e) {
          EXPECT_NE(std::string(e.what()).find("Another Colo"), std::string::npos) << e.what();
          throw;
        }
      },
      std::runtime_error);
}

}  // namespace
}  // namespace colo
