// Each drawing reaches every client of its room, in order and once, whatever else goes over the
// same connections meanwhile. Each case runs plain and under TLS.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/app.hpp"
#include "app/phones_fixture.hpp"
#include "domain/limits.hpp"
#include "runtime/log.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

using namespace phones_fixture;
using namespace std::chrono_literals;

constexpr auto patience = 60s;  // far beyond what anything here takes

struct Scenario {
  Server server;
  std::string room;
  std::uint32_t clients = 200;
  std::uint32_t drawings = 1000;
  std::uint32_t window = 16;  // drawings sent but not yet accepted
  std::uint32_t joined = 0;
  std::uint32_t completed = 0;  // clients that saw each drawing until they left, in order
};

enum class Behaviour { watches, pings, leaves };

// Sees the drawings in order; some clients ping meanwhile, some leave after half of them.
asio::awaitable<void> watch(Scenario& scenario, Pass pass, Behaviour behaviour) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket(executor, scenario.server.line);
  tcp_of(socket).expires_after(patience);
  co_await enter(socket, scenario.server, std::move(pass), scenario.room);
  std::uint32_t pinged = 0;
  std::uint32_t ponged = 0;
  socket.control_callback([&](websocket::frame_type type, beast::string_view payload) {
    if (type != websocket::frame_type::pong) return;
    EXPECT_EQ(payload, std::to_string(++ponged));
  });
  ++scenario.joined;
  const auto until = behaviour == Behaviour::leaves ? scenario.drawings / 2 : scenario.drawings;
  std::uint64_t seq = 0;
  while (seq < until) {
    const auto frame = co_await receive(socket);
    if (!frame.has_message()) continue;
    EXPECT_EQ(frame.message().seq(), seq + 1);
    if (frame.message().seq() != seq + 1) co_return;
    seq = frame.message().seq();
    EXPECT_EQ(frame.message().caption(), std::to_string(seq));
    if (behaviour != Behaviour::pings || seq % 10 != 0) continue;
    const websocket::ping_data data(std::to_string(++pinged));
    co_await socket.async_ping(data, asio::use_awaitable);
  }
  // The last request is answered last: every ping was answered before.
  v1::ClientFrame last;
  last.mutable_history()->set_room(scenario.room);
  last.mutable_history()->set_before_seq(2);
  co_await send(socket, last);
  for (bool answered = false; !answered;) {
    const auto frame = co_await receive(socket);
    answered = frame.has_page();
  }
  boost::system::error_code closed;
  co_await socket.async_close(websocket::close_code::normal,
                              asio::redirect_error(asio::use_awaitable, closed));
  EXPECT_FALSE(closed) << closed.message();
  EXPECT_EQ(ponged, pinged);
  ++scenario.completed;
}

asio::awaitable<void> draw(Scenario& scenario, Pass pass) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket(executor, scenario.server.line);
  tcp_of(socket).expires_after(patience);
  co_await enter(socket, scenario.server, std::move(pass), scenario.room);
  asio::steady_timer turn(executor);
  while (scenario.joined < scenario.clients - 1) {  // until all other clients have joined
    turn.expires_after(5ms);
    co_await turn.async_wait(asio::use_awaitable);
  }
  std::uint32_t sent = 0;
  std::uint32_t accepted = 0;
  std::uint64_t seq = 0;
  while (seq < scenario.drawings || accepted < scenario.drawings) {
    while (sent < scenario.drawings && sent < accepted + scenario.window)
      co_await send(socket, drawing(scenario.room, ++sent));
    const auto frame = co_await receive(socket);
    EXPECT_FALSE(frame.has_rejected()) << frame.rejected().reason();
    if (frame.has_rejected()) co_return;
    if (frame.has_accepted()) {
      EXPECT_EQ(frame.accepted().seq(), ++accepted);
    } else if (frame.has_message()) {
      EXPECT_EQ(frame.message().seq(), ++seq);
    }
  }
  ++scenario.completed;
}

// A drawing of some 40 kB.
v1::ClientFrame large_drawing(const std::string& room, std::uint32_t number) {
  auto frame = drawing(room, number);
  auto& stroke = *frame.mutable_send()->mutable_drawing()->mutable_strokes(0);
  stroke.clear_points();
  stroke.add_points(1024);
  stroke.add_points(768);
  for (int i = 1; i < 10'000; ++i) {
    stroke.add_points(i % 2 == 0 ? -80 : 80);
    stroke.add_points(i % 2 == 0 ? 80 : -80);
  }
  return frame;
}

struct SlowReader {
  Server server;
  bool joined = false;
  bool may_read = false;
  std::uint64_t seen = 0;
};

// Reads nothing until `may_read`, then everything.
asio::awaitable<void> read_late(SlowReader& slow_reader, Pass pass) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket(executor, slow_reader.server.line);
  auto& stream = tcp_of(socket);
  stream.socket().open(tcp::v4());
  stream.socket().set_option(asio::socket_base::receive_buffer_size(4096));
  co_await enter(socket, slow_reader.server, std::move(pass), "scratch");
  slow_reader.joined = true;
  asio::steady_timer turn(executor);
  while (!slow_reader.may_read) {
    turn.expires_after(5ms);
    co_await turn.async_wait(asio::use_awaitable);
  }
  stream.expires_after(patience);
  beast::flat_buffer buffer;
  for (;;) {
    boost::system::error_code error;
    co_await socket.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    v1::ServerFrame frame;
    EXPECT_TRUE(frame.ParseFromArray(buffer.data().data(), static_cast<int>(buffer.size())));
    buffer.clear();
    if (!frame.has_message()) continue;
    EXPECT_EQ(frame.message().seq(), ++slow_reader.seen);
  }
}

// Draws until the slow reader is far behind, and reads everything itself.
asio::awaitable<void> draw_many(SlowReader& slow_reader, Pass pass, std::uint32_t drawings) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket(executor, slow_reader.server.line);
  tcp_of(socket).expires_after(patience);
  co_await enter(socket, slow_reader.server, std::move(pass), "scratch");
  asio::steady_timer turn(executor);
  while (!slow_reader.joined) {
    turn.expires_after(5ms);
    co_await turn.async_wait(asio::use_awaitable);
  }
  std::uint64_t seq = 0;
  for (std::uint32_t i = 1; i <= drawings; ++i) {
    co_await send(socket, large_drawing("scratch", i));
    while (seq < i) {
      const auto frame = co_await receive(socket);
      EXPECT_FALSE(frame.has_rejected()) << frame.rejected().reason();
      if (!frame.has_message()) continue;
      EXPECT_EQ(frame.message().seq(), ++seq);
    }
  }
  slow_reader.may_read = true;
}

struct Way {
  std::string room;
  bool io_uring;
  Line line = Line::plain;
};

class FanOut : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override { log::open("warn"); }

  Config config() const {
    auto config = config_for_test(folder_.path(), GetParam().line);
    config.server.io_uring = GetParam().io_uring;
    return config;
  }

 private:
  TemporaryFolder folder_;
};

TEST_P(FanOut, TwoHundredClientsSeeEveryDrawingInOrder) {
  App app(config(), {});
  app.start();
  const Server server{app.port(), GetParam().line};
  Scenario scenario{server, GetParam().room};
  std::optional<Person> person(server);
  person->register_as("Ana");
  asio::io_context loop;
  asio::co_spawn(loop, draw(scenario, person->pass()), asio::detached);
  for (std::uint32_t i = 1; i < scenario.clients; ++i) {
    if (i % 25 == 0) {
      person.emplace(server);
      person->register_as("Ana " + std::to_string(i));
    }
    const auto behaviour = i % 7 == 0   ? Behaviour::leaves
                           : i % 5 == 0 ? Behaviour::pings
                                        : Behaviour::watches;
    asio::co_spawn(loop, watch(scenario, person->pass(), behaviour), asio::detached);
    loop.poll();  // sends Hello before the ticket expires
  }
  loop.run();
  EXPECT_EQ(scenario.completed, scenario.clients);
  app.stop();
}

TEST_P(FanOut, RoomsAreServedConcurrently) {
  App app(config(), {});
  app.start();
  const Server server{app.port(), GetParam().line};
  Person person(server);
  person.register_as("Ana");
  asio::io_context loop;
  std::vector<Scenario> scenarios;
  // Each has its own order; both are busy at the same time.
  for (const std::string room : {"main-chat", "scratch"})
    scenarios.push_back({server, room, 20, 300, 4});
  for (auto& scenario : scenarios) {
    asio::co_spawn(loop, draw(scenario, person.pass()), asio::detached);
    for (std::uint32_t i = 1; i < scenario.clients; ++i) {
      if (i % 10 == 0) person.sign_in_again();
      asio::co_spawn(loop, watch(scenario, person.pass(), Behaviour::pings), asio::detached);
      loop.poll();
    }
  }
  loop.run();
  for (const auto& scenario : scenarios)
    EXPECT_EQ(scenario.completed, scenario.clients) << scenario.room;
  app.stop();
}

INSTANTIATE_TEST_SUITE_P(Ways, FanOut,
                         testing::Values(Way{"main-chat", false}, Way{"main-chat", true},
                                         Way{"scratch", false}, Way{"scratch", true},
                                         Way{"main-chat", false, Line::tls},
                                         Way{"scratch", true, Line::tls}),
                         [](const auto& way) {
                           return std::string(way.param.room == "scratch" ? "Temporary"
                                                                          : "Persistent") +
                                  (way.param.io_uring ? "ByIoUring" : "BySendmsg") +
                                  (way.param.line == Line::tls ? "UnderTls" : "");
                         });

class SlowClient : public testing::TestWithParam<Way> {};

TEST_P(SlowClient, IsClosedWithoutDelayingOthers) {
  log::open("warn");
  const TemporaryFolder folder;
  auto config = config_for_test(folder.path(), GetParam().line);
  config.server.io_uring = GetParam().io_uring;
  App app(config, {});
  app.start();
  const Server server{app.port(), GetParam().line};
  Person person(server);
  person.register_as("Ana");
  asio::io_context loop;
  SlowReader slow_reader{server};
  constexpr std::uint32_t drawings = 180;  // some 7 MB
  asio::co_spawn(loop, read_late(slow_reader, person.pass()), asio::detached);
  asio::co_spawn(loop, draw_many(slow_reader, person.pass(), drawings), asio::detached);
  loop.run();
  EXPECT_TRUE(slow_reader.may_read) << "the client that draws was delayed";
  EXPECT_LT(slow_reader.seen, drawings);
  app.stop();
}

INSTANTIATE_TEST_SUITE_P(Ways, SlowClient,
                         testing::Values(Way{"scratch", false}, Way{"scratch", true},
                                         Way{"scratch", true, Line::tls}),
                         [](const auto& way) {
                           return std::string(way.param.line == Line::tls ? "UnderTls"
                                              : way.param.io_uring        ? "ByIoUring"
                                                                          : "BySendmsg");
                         });

}  // namespace
}  // namespace colo
