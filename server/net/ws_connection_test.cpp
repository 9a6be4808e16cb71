#include "net/ws_connection.hpp"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/client_fixture.hpp"
#include "wire/errors.hpp"

namespace colo {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Kind = ws::Event::Kind;

// A frame as a client sends it; its mask is zero.
std::string client_frame(ws::Op op, const std::string& payload, bool final = true) {
  auto frame = ws::make_frame(op, payload);
  if (!final) frame[0] = static_cast<char>(frame[0] & 0x7F);
  frame[1] = static_cast<char>(frame[1] | 0x80);
  const std::size_t header = payload.size() < 126 ? 2 : payload.size() < 65'536 ? 4 : 10;
  return frame.insert(header, 4, '\0');
}

SharedFrame drawing(std::size_t bytes) {
  return std::make_shared<const OutgoingFrame>(ws::Op::binary, std::string(bytes, 'x'));
}

struct Seen {
  Kind kind;
  std::uint16_t code;
  std::size_t bytes;
  bool operator==(const Seen&) const = default;
};

asio::awaitable<void> read_events(std::shared_ptr<WsConnection> connection,
                                  std::vector<Seen>& events, bool& ended) {
  for (;;) {
    const auto event = co_await connection->read();
    if (!event) break;
    events.push_back({event->kind, event->code, event->payload.size()});
    if (event->kind == Kind::violation) break;
  }
  ended = true;
}

// Each case runs plain and under TLS.
class WsConnectionTest : public testing::TestWithParam<Line> {
 protected:
  WsConnectionTest() { io_.scheduler.start(SendBy::sendmsg); }
  ~WsConnectionTest() override {
    connection_->abort();
    shard_.context().restart();
    shard_.context().poll();
  }

  void run_until(const std::function<bool()>& done) {
    shard_.context().restart();
    for (int turns = 0; turns < 10'000 && !done(); ++turns) shard_.context().run_one_for(1s);
    ASSERT_TRUE(done());
  }
  void poll() {
    shard_.context().restart();
    shard_.context().poll();
  }
  void write(const std::string& bytes) { client_.write(bytes); }
  void start_reading() {
    asio::co_spawn(shard_.executor(), read_events(connection_, events_, ended_), asio::detached);
  }
  // Until the socket takes no more, and some waits.
  void fill(std::size_t bytes) {
    for (std::size_t sent = 0; sent < bytes; sent += 10'000) {
      connection_->send(drawing(10'000));
      poll();
    }
  }
  int option(int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(getsockopt(connection_->socket(), level, name, &value, &size), 0);
    return value;
  }

  Shard shard_{0};
  ShardIo io_{shard_};
  TestClient client_{shard_.context(), GetParam(), 4096};
  std::shared_ptr<WsConnection> connection_ =
      std::make_shared<WsConnection>(client_.take_stream(), io_, Encoding::binary, std::string());
  std::vector<Seen> events_;
  bool ended_ = false;
};

TEST_P(WsConnectionTest, TheKernelsBuffersAreBounded) {
  EXPECT_LE(option(SOL_SOCKET, SO_SNDBUF),
            2 * limits::send_buffer_bytes);  // the kernel doubles the requested size
  EXPECT_LE(option(SOL_SOCKET, SO_RCVBUF), 2 * limits::receive_buffer_bytes);
  EXPECT_EQ(std::chrono::milliseconds{option(IPPROTO_TCP, TCP_USER_TIMEOUT)}, limits::silence_max);
}

TEST_P(WsConnectionTest, AClientThatReadsNothingIsClosedEvenIfItSends) {
  fill(700'000);
  ASSERT_FALSE(connection_->closing());
  const auto now = std::chrono::steady_clock::now();
  connection_->check(now);
  connection_->check(now + limits::stalled_time - 1s);
  EXPECT_FALSE(connection_->closing());
  connection_->check(now + limits::stalled_time);
  EXPECT_TRUE(connection_->too_slow());
}

TEST_P(WsConnectionTest, BeforeSignInTheSizeOfAMessageIsBounded) {
  start_reading();
  write(client_frame(ws::Op::binary, std::string(limits::hello_bytes_max, 'x')));
  run_until([&] { return events_.size() == 1; });
  EXPECT_EQ(events_[0], (Seen{Kind::message, 0, limits::hello_bytes_max}));
  write(client_frame(ws::Op::binary, std::string(limits::hello_bytes_max + 1, 'x')));
  run_until([&] { return ended_; });
  EXPECT_EQ(events_[1], (Seen{Kind::violation, ws::too_big, 0}));
}

TEST_P(WsConnectionTest, BeforeSignInTheNumberOfFramesIsBounded) {
  start_reading();
  std::string pings;
  for (std::size_t i = 0; i < limits::hello_frames_max; ++i)
    pings += client_frame(ws::Op::ping, "");
  write(pings);
  run_until([&] { return events_.size() == limits::hello_frames_max; });
  write(client_frame(ws::Op::pong, ""));
  run_until([&] { return ended_; });
  EXPECT_EQ(events_.back(), (Seen{Kind::violation, close_code(errc::flooding), 0}));
}

TEST_P(WsConnectionTest, BeforeSignInEmptyFragmentsCountAsFrames) {
  start_reading();
  std::string fragments = client_frame(ws::Op::binary, "", false);
  for (std::size_t i = 0; i < limits::hello_frames_max; ++i)
    fragments += client_frame(ws::Op::continuation, "", false);
  write(fragments);
  run_until([&] { return ended_; });
  EXPECT_EQ(events_, std::vector{(Seen{Kind::violation, close_code(errc::flooding), 0})});
}

TEST_P(WsConnectionTest, AfterSignInMessagesMayBeLarger) {
  connection_->sign_in(std::make_shared<Budget>(100));
  start_reading();
  write(client_frame(ws::Op::binary, std::string(limits::frame_read_max, 'x')));
  run_until([&] { return events_.size() == 1; });
  EXPECT_EQ(events_[0], (Seen{Kind::message, 0, limits::frame_read_max}));
}

TEST_P(WsConnectionTest, ReadingWaitsForTheBudgetAndTheClientDoesNotCountAsSilent) {
  const auto budget = std::make_shared<Budget>(1);
  connection_->sign_in(budget);
  start_reading();
  write(client_frame(ws::Op::binary, "first"));
  run_until([&] { return events_.size() == 1; });
  budget->spend(1min, std::chrono::steady_clock::now());  // on another connection of theirs
  write(client_frame(ws::Op::binary, "second"));
  run_until([&] { return events_.size() == 2; });  // is charged now
  write(client_frame(ws::Op::binary, "third"));
  const auto now = std::chrono::steady_clock::now();
  for (auto later = now; later < now + 5min; later += 10s) {
    poll();
    connection_->check(later);
  }
  EXPECT_EQ(events_.size(), 2u);
  EXPECT_FALSE(connection_->closing());
  EXPECT_FALSE(ended_);
  connection_->abort();  // does not wait for the budget
  run_until([&] { return ended_; });
}

TEST_P(WsConnectionTest, AFloodOfEmptyFragmentsIsCharged) {
  const auto budget = std::make_shared<Budget>(100);
  const auto before = std::chrono::steady_clock::now();
  budget->spend(1h, before);
  connection_->sign_in(budget);
  start_reading();
  std::string fragments = client_frame(ws::Op::binary, "", false);
  for (int i = 0; i < 1000; ++i) fragments += client_frame(ws::Op::continuation, "", false);
  write(fragments);
  poll();
  run_until([&] { return budget->spend(0ns, before) > before + 1h - Budget::ahead; });
  EXPECT_GE(budget->spend(0ns, before),
            before + 1h - Budget::ahead + 1000 * limits::work::per_ws_frame);
  EXPECT_TRUE(events_.empty());
}

INSTANTIATE_TEST_SUITE_P(Lines, WsConnectionTest, testing::Values(Line::plain, Line::tls),
                         name_of_line);

}  // namespace
}  // namespace colo
