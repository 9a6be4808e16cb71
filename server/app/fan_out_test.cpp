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

struct Hall {
  Server server;
  std::string room;
  std::uint32_t clients = 200;
  std::uint32_t drawings = 1000;
  std::uint32_t window = 16;  // drawings sent but not yet accepted
  std::uint32_t inside = 0;
  std::uint32_t satisfied = 0;  // clients that saw each drawing until they left, in order
};

enum class Habit { watches, pings, leaves };

// Sees the drawings in order; some clients ping meanwhile, some leave half-way.
asio::awaitable<void> watch(Hall& hall, Pass pass, Habit habit) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket(executor, hall.server.line);
  tcp_of(socket).expires_after(patience);
  co_await enter(socket, hall.server, std::move(pass), hall.room);
  std::uint32_t pinged = 0;
  std::uint32_t ponged = 0;
  socket.control_callback([&](websocket::frame_type type, beast::string_view payload) {
    if (type != websocket::frame_type::pong) return;
    EXPECT_EQ(payload, std::to_string(++ponged));
  });
  ++hall.inside;
  const auto until = habit == Habit::leaves ? hall.drawings / 2 : hall.drawings;
  std::uint64_t seq = 0;
  while (seq < until) {
    const auto frame = co_await receive(socket);
    if (!frame.has_message()) continue;
    EXPECT_EQ(frame.message().seq(), seq + 1);
    if (frame.message().seq() != seq + 1) co_return;
    seq = frame.message().seq();
    EXPECT_EQ(frame.message().caption(), std::to_string(seq));
    if (habit != Habit::pings || seq % 10 != 0) continue;
    const websocket::ping_data data(std::to_string(++pinged));
    co_await socket.async_ping(data, asio::use_awaitable);
  }
  // The last request is answered last: every ping was answered before.
  v1::ClientFrame last;
  last.mutable_history()->set_room(hall.room);
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
  ++hall.satisfied;
}

asio::awaitable<void> draw(Hall& hall, Pass pass) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket(executor, hall.server.line);
  tcp_of(socket).expires_after(patience);
  co_await enter(socket, hall.server, std::move(pass), hall.room);
  asio::steady_timer turn(executor);
  while (hall.inside < hall.clients - 1) {  // until all other clients have joined
    turn.expires_after(5ms);
    co_await turn.async_wait(asio::use_awaitable);
  }
  std::uint32_t sent = 0;
  std::uint32_t accepted = 0;
  std::uint64_t seq = 0;
  while (seq < hall.drawings || accepted < hall.drawings) {
    while (sent < hall.drawings && sent < accepted + hall.window)
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

struct Sleeper {
  Server server;
  bool inside = false;
  bool wakes = false;
  std::uint64_t seen = 0;
};

// Reads nothing until `wakes`, then all there is.
asio::awaitable<void> sleep_and_read(Sleeper& sleeper, Pass pass) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket(executor, sleeper.server.line);
  auto& stream = tcp_of(socket);
  stream.socket().open(tcp::v4());
  stream.socket().set_option(asio::socket_base::receive_buffer_size(4096));
  co_await enter(socket, sleeper.server, std::move(pass), "scratch");
  sleeper.inside = true;
  asio::steady_timer turn(executor);
  while (!sleeper.wakes) {
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
    EXPECT_EQ(frame.message().seq(), ++sleeper.seen);
  }
}

// Draws until the sleeper is far behind, and reads everything itself.
asio::awaitable<void> draw_past(Sleeper& sleeper, Pass pass, std::uint32_t drawings) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket(executor, sleeper.server.line);
  tcp_of(socket).expires_after(patience);
  co_await enter(socket, sleeper.server, std::move(pass), "scratch");
  asio::steady_timer turn(executor);
  while (!sleeper.inside) {
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
  sleeper.wakes = true;
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
  Hall hall{server, GetParam().room};
  std::optional<Person> person(server);
  person->register_as("Ana");
  asio::io_context loop;
  asio::co_spawn(loop, draw(hall, person->pass()), asio::detached);
  for (std::uint32_t i = 1; i < hall.clients; ++i) {
    if (i % 25 == 0) {
      person.emplace(server);
      person->register_as("Ana " + std::to_string(i));
    }
    const auto habit = i % 7 == 0 ? Habit::leaves : i % 5 == 0 ? Habit::pings : Habit::watches;
    asio::co_spawn(loop, watch(hall, person->pass(), habit), asio::detached);
    loop.poll();  // sends Hello before the ticket expires
  }
  loop.run();
  EXPECT_EQ(hall.satisfied, hall.clients);
  app.stop();
}

TEST_P(FanOut, RoomsAreServedSideBySide) {
  App app(config(), {});
  app.start();
  const Server server{app.port(), GetParam().line};
  Person person(server);
  person.register_as("Ana");
  asio::io_context loop;
  std::vector<Hall> halls;
  // Each has its own order; both are busy at the same time.
  for (const std::string room : {"main-chat", "scratch"})
    halls.push_back({server, room, 20, 300, 4});
  for (auto& hall : halls) {
    asio::co_spawn(loop, draw(hall, person.pass()), asio::detached);
    for (std::uint32_t i = 1; i < hall.clients; ++i) {
      if (i % 10 == 0) person.sign_in_again();
      asio::co_spawn(loop, watch(hall, person.pass(), Habit::pings), asio::detached);
      loop.poll();
    }
  }
  loop.run();
  for (const auto& hall : halls) EXPECT_EQ(hall.satisfied, hall.clients) << hall.room;
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

TEST_P(SlowClient, IsClosedAndDelaysNobody) {
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
  Sleeper sleeper{server};
  constexpr std::uint32_t drawings = 180;  // some 7 MB
  asio::co_spawn(loop, sleep_and_read(sleeper, person.pass()), asio::detached);
  asio::co_spawn(loop, draw_past(sleeper, person.pass(), drawings), asio::detached);
  loop.run();
  EXPECT_TRUE(sleeper.wakes) << "the client that draws was delayed";
  EXPECT_LT(sleeper.seen, drawings);
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
