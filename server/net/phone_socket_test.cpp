#include "net/phone_socket.hpp"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "wire/errors.hpp"

namespace colo {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
using Kind = ws::Event::Kind;

constexpr int phone_buffer_bytes = 4096;  // what the phone's own kernel takes for it

// A frame as a phone sends it; its mask is zero.
std::string phone_frame(ws::Op op, const std::string& payload, bool final = true) {
  auto frame = ws::make_frame(op, payload);
  if (!final) frame[0] = static_cast<char>(frame[0] & 0x7F);
  frame[1] = static_cast<char>(frame[1] | 0x80);
  const std::size_t header = payload.size() < 126 ? 2 : payload.size() < 65'536 ? 4 : 10;
  return frame.insert(header, 4, '\0');
}

SharedFrame drawing(std::size_t bytes) {
  return std::make_shared<const OutgoingFrame>(ws::Op::binary, std::string(bytes, 'x'));
}

struct Heard {
  Kind kind;
  std::uint16_t code;
  std::size_t bytes;
  bool operator==(const Heard&) const = default;
};

asio::awaitable<void> listen(std::shared_ptr<PhoneSocket> socket, std::vector<Heard>& heard,
                             bool& ended) {
  for (;;) {
    const auto event = co_await socket->read();
    if (!event) break;
    heard.push_back({event->kind, event->code, event->payload.size()});
    if (event->kind == Kind::violation) break;
  }
  ended = true;
}

// The server's end of a connection, and the phone, which reads when a test says so.
class PhoneSocketTest : public testing::Test {
 protected:
  PhoneSocketTest() {
    traffic_.start(SendBy::sendmsg);
    tcp::acceptor acceptor(shard_.context(), {asio::ip::address_v4::loopback(), 0});
    phone_.open(tcp::v4());
    phone_.set_option(asio::socket_base::receive_buffer_size(phone_buffer_bytes));
    phone_.connect(acceptor.local_endpoint());
    socket_ = std::make_shared<PhoneSocket>(Stream(acceptor.accept()), traffic_, Encoding::binary,
                                            std::string());
  }
  ~PhoneSocketTest() override {
    socket_->hang_up();
    shard_.context().poll();
  }

  void run_until(const std::function<bool()>& done) {
    for (int turns = 0; turns < 10'000 && !done(); ++turns) shard_.context().run_one_for(1s);
    ASSERT_TRUE(done());
  }
  void say(const std::string& bytes) { asio::write(phone_, asio::buffer(bytes)); }
  void listen_on() {
    asio::co_spawn(shard_.executor(), listen(socket_, heard_, ended_), asio::detached);
  }
  // Until the kernel takes no more, and some waits.
  void fill_the_line(std::size_t bytes) {
    for (std::size_t sent = 0; sent < bytes; sent += 10'000) {
      socket_->send(drawing(10'000));
      shard_.context().poll();
    }
  }
  int option(int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(getsockopt(socket_->socket(), level, name, &value, &size), 0);
    return value;
  }

  Shard shard_{0};
  Traffic traffic_{shard_};
  asio::io_context loop_;
  tcp::socket phone_{loop_};
  std::shared_ptr<PhoneSocket> socket_;
  std::vector<Heard> heard_;
  bool ended_ = false;
};

TEST_F(PhoneSocketTest, TheKernelsBuffersAreBounded) {
  EXPECT_LE(option(SOL_SOCKET, SO_SNDBUF),
            2 * limits::send_buffer_bytes);  // it doubles what it is asked
  EXPECT_LE(option(SOL_SOCKET, SO_RCVBUF), 2 * limits::receive_buffer_bytes);
  EXPECT_EQ(std::chrono::milliseconds{option(IPPROTO_TCP, TCP_USER_TIMEOUT)}, limits::silence_max);
}

TEST_F(PhoneSocketTest, APhoneThatReadsNothingIsClosedAMegabyteBehindWithWhatTheKernelHolds) {
  std::size_t sent = 0;
  while (!socket_->closing() && sent < 100 * limits::outbox_bytes_max) {
    socket_->send(drawing(10'000));
    sent += 10'000;
    shard_.context().poll();
  }
  EXPECT_TRUE(socket_->too_slow());
  // The kernel moves some to the phone's own while this goes on.
  EXPECT_LE(sent, limits::outbox_bytes_max + 64 * 1024);
  EXPECT_GE(sent, limits::outbox_bytes_max - 64 * 1024);
}

TEST_F(PhoneSocketTest, APhoneThatTakesNothingForAWhileIsClosedThoughItIsHeardFrom) {
  fill_the_line(700'000);
  ASSERT_FALSE(socket_->closing());
  const auto now = std::chrono::steady_clock::now();
  socket_->look_at_clock(now);
  socket_->look_at_clock(now + limits::stalled_time - 1s);
  EXPECT_FALSE(socket_->closing());
  socket_->look_at_clock(now + limits::stalled_time);
  EXPECT_TRUE(socket_->too_slow());
}

TEST_F(PhoneSocketTest, APhoneThatTakesALittleNowAndThenIsNot) {
  fill_the_line(700'000);
  auto now = std::chrono::steady_clock::now();
  std::string some(20'000, '\0');
  for (int i = 0; i < 3; ++i) {
    socket_->look_at_clock(now);
    now += 9s;
    asio::read(phone_, asio::buffer(some));
    shard_.context().poll();
  }
  EXPECT_FALSE(socket_->too_slow());
}

TEST_F(PhoneSocketTest, WhatIsNotReadIsDroppedWhenItIsHungUpOn) {
  fill_the_line(700'000);
  socket_->hang_up();
  std::string rest(1'000'000, '\0');
  boost::system::error_code error;
  const auto read = asio::read(phone_, asio::buffer(rest), error);
  EXPECT_EQ(error, asio::error::connection_reset);
  EXPECT_LT(read, 64u * 1024) << "what was on the way is not sent later";
}

TEST_F(PhoneSocketTest, BeforeSomebodySignedInAMessageIsAsLongAsAHello) {
  listen_on();
  say(phone_frame(ws::Op::binary, std::string(limits::hello_bytes_max, 'x')));
  run_until([&] { return heard_.size() == 1; });
  EXPECT_EQ(heard_[0], (Heard{Kind::message, 0, limits::hello_bytes_max}));
  say(phone_frame(ws::Op::binary, std::string(limits::hello_bytes_max + 1, 'x')));
  run_until([&] { return ended_; });
  EXPECT_EQ(heard_[1], (Heard{Kind::violation, ws::too_big, 0}));
}

TEST_F(PhoneSocketTest, BeforeSomebodySignedInSoManyFramesMayComeAndNotOneMore) {
  listen_on();
  std::string pings;
  for (std::size_t i = 0; i < limits::hello_frames_max; ++i) pings += phone_frame(ws::Op::ping, "");
  say(pings);
  run_until([&] { return heard_.size() == limits::hello_frames_max; });
  say(phone_frame(ws::Op::pong, ""));
  run_until([&] { return ended_; });
  EXPECT_EQ(heard_.back(), (Heard{Kind::violation, close_code(errc::flooding), 0}));
}

TEST_F(PhoneSocketTest, BeforeSomebodySignedInEmptyFragmentsCountAsWell) {
  listen_on();
  std::string fragments = phone_frame(ws::Op::binary, "", false);
  for (std::size_t i = 0; i < limits::hello_frames_max; ++i)
    fragments += phone_frame(ws::Op::continuation, "", false);
  say(fragments);
  run_until([&] { return ended_; });
  EXPECT_EQ(heard_, std::vector{(Heard{Kind::violation, close_code(errc::flooding), 0})});
}

TEST_F(PhoneSocketTest, WhoeverSignedInMaySayMore) {
  socket_->admit(std::make_shared<Budget>(100));
  listen_on();
  say(phone_frame(ws::Op::binary, std::string(limits::frame_read_max, 'x')));
  run_until([&] { return heard_.size() == 1; });
  EXPECT_EQ(heard_[0], (Heard{Kind::message, 0, limits::frame_read_max}));
}

TEST_F(PhoneSocketTest, NothingIsReadWhileItsPersonsBudgetIsSpentAndItIsNotTakenForSilent) {
  const auto budget = std::make_shared<Budget>(1);
  socket_->admit(budget);
  listen_on();
  say(phone_frame(ws::Op::binary, "first"));
  run_until([&] { return heard_.size() == 1; });
  budget->spend(1min, std::chrono::steady_clock::now());  // on another socket of theirs
  say(phone_frame(ws::Op::binary, "second"));
  run_until([&] { return heard_.size() == 2; });  // is charged now, and found too dear
  say(phone_frame(ws::Op::binary, "third"));
  const auto now = std::chrono::steady_clock::now();
  for (auto later = now; later < now + 5min; later += 10s) {
    shard_.context().poll();
    socket_->look_at_clock(later);
  }
  EXPECT_EQ(heard_.size(), 2u);
  EXPECT_FALSE(socket_->closing());
  EXPECT_FALSE(ended_);
  socket_->hang_up();  // does not wait until it is earned
  run_until([&] { return ended_; });
}

TEST_F(PhoneSocketTest, AFloodOfEmptyFragmentsIsChargedThoughNothingComesOfIt) {
  const auto budget = std::make_shared<Budget>(100);
  const auto before = std::chrono::steady_clock::now();
  budget->spend(1h, before);
  socket_->admit(budget);
  listen_on();
  std::string fragments = phone_frame(ws::Op::binary, "", false);
  for (int i = 0; i < 1000; ++i) fragments += phone_frame(ws::Op::continuation, "", false);
  say(fragments);
  shard_.context().poll();
  run_until([&] { return budget->spend(0ns, before) > before + 1h - Budget::ahead; });
  EXPECT_GE(budget->spend(0ns, before),
            before + 1h - Budget::ahead + 1000 * limits::work::per_ws_frame);
  EXPECT_TRUE(heard_.empty());
}

}  // namespace
}  // namespace colo
