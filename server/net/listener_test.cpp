#include "net/listener.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <stdexcept>
#include <string>

#include "runtime/wait.hpp"

namespace colo {
namespace {

using asio::ip::tcp;

tcp::endpoint loopback(std::uint16_t port = 0) {
  return {asio::ip::address_v4::loopback(), port};
}

// A client that reads until the server closes the connection.
std::string read_all(std::uint16_t port) {
  asio::io_context loop;
  tcp::socket socket(loop);
  socket.connect(loopback(port));
  std::string text;
  boost::system::error_code closed;
  asio::read(socket, asio::dynamic_buffer(text), closed);
  return text;
}

asio::awaitable<void> stop_here(Listener& listener, Shard& shard) {
  listener.stop(shard);
  co_return;
}

TEST(Listener, ContinuesAcceptingAfterItsHandlerThrew) {
  SystemClock clock;
  BackgroundLoops loops(clock, std::chrono::milliseconds{1});
  Shards shards(1);
  bool threw = false;
  Listener listener(shards, loopback(), {},
                    [&threw](Shard&, tcp::socket socket, const ListenerSettings&) {
                      if (!std::exchange(threw, true)) throw std::runtime_error("a fault of ours");
                      asio::write(socket, asio::buffer("served", 6));
                    });
  shards.start();
  listener.start(loops);
  EXPECT_EQ(read_all(listener.port()), "");
  EXPECT_EQ(read_all(listener.port()), "served");
  EXPECT_EQ(loops.failing(), std::vector<std::string>{"accepting connections"});
  wait_for_all(shards, [&listener](Shard& shard) { return stop_here(listener, shard); });
}

TEST(Listener, PassesThePortsSettingsToItsHandler) {
  SystemClock clock;
  BackgroundLoops loops(clock);
  Shards shards(2);
  ListenerSettings redirecting;
  redirecting.https_port = 8443;
  Listener listener(shards, loopback(), redirecting,
                    [](Shard&, tcp::socket socket, const ListenerSettings& settings) {
                      const auto text = std::to_string(settings.port) + " to " +
                                        std::to_string(settings.https_port);
                      asio::write(socket, asio::buffer(text));
                    });
  shards.start();
  listener.start(loops);
  EXPECT_EQ(read_all(listener.port()), std::to_string(listener.port()) + " to 8443");
  wait_for_all(shards, [&listener](Shard& shard) { return stop_here(listener, shard); });
}

TEST(Listener, RefusesAPortThatAnotherListenerHas) {
  Shards shards(1);
  Listener first(shards, loopback(), {}, nullptr);
  EXPECT_THROW(Listener(shards, loopback(first.port()), {}, nullptr), boost::system::system_error);
}

}  // namespace
}  // namespace colo
