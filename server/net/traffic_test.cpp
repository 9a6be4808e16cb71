#include "net/traffic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <deque>
#include <functional>
#include <string>

#include "net/socket_pair.hpp"
#include "runtime/log_capture.hpp"

namespace colo {
namespace {

constexpr std::size_t drawing_bytes = 1500;
constexpr std::size_t drawings_waiting = 64;

// A phone for which many drawings wait; it tells what the kernel took of them.
class BusyPhone final : public Recipient {
 public:
  using Wrote = std::function<void(std::size_t bytes)>;

  explicit BusyPhone(Wrote wrote) : wrote_(std::move(wrote)) {}

  int socket() override { return pair_.sending(); }
  void write() override { FAIL() << "the socket is there"; }
  std::size_t gather(std::span<iovec> pieces) override {
    const auto count = std::min(pieces.size(), drawings_waiting);
    std::ranges::fill(pieces.first(count), iovec{drawing_.data(), drawing_.size()});
    return count;
  }
  std::size_t wrote(ssize_t result) override {
    EXPECT_GT(result, 0);
    wrote_(static_cast<std::size_t>(result));
    return 0;
  }
  void look_at_clock(SteadyTime) override {}

 private:
  SocketPair pair_;
  Wrote wrote_;
  std::string drawing_ = std::string(drawing_bytes, 'x');
};

class TrafficTest : public testing::Test {
 protected:
  TrafficTest() { traffic_.start(SendBy::sendmsg); }

  // Runs the loop, but not for ever.
  void run_until(const std::function<bool()>& done) {
    for (int turns = 0; turns < 100'000 && !done(); ++turns) shard_.context().run_one();
    EXPECT_TRUE(done());
  }

  Shard shard_{0};
  Traffic traffic_{shard_};
};

TEST_F(TrafficTest, WhoComesDuringAFloodWaitsForASliceAndNotForTheFlood) {
  std::size_t before_it_came = 0;
  std::size_t while_it_waited = 0;
  bool came = false;
  bool written = false;
  TurnQueue crowded;
  TurnQueue quiet;
  BusyPhone latecomer([&](std::size_t) { written = true; });
  const auto flooded = [&](std::size_t bytes) {
    if (before_it_came == 0)
      asio::post(shard_.executor(), [&] {
        came = true;
        traffic_.wants_turn(latecomer, quiet);
      });
    if (!written) (came ? while_it_waited : before_it_came) += bytes;
  };
  std::deque<BusyPhone> crowd;
  for (int i = 0; i < 200; ++i) traffic_.wants_turn(crowd.emplace_back(flooded), crowded);

  run_until([&] { return written; });
  // A slice is a quarter of that, and some more, for it is looked at after every few phones.
  constexpr std::size_t enough = 1024 * 1024;
  EXPECT_GT(before_it_came, 0u);
  EXPECT_LE(before_it_came, enough);
  EXPECT_LE(while_it_waited, enough) << "of " << crowd.size() * drawings_waiting * drawing_bytes;
}

TEST_F(TrafficTest, AFrameWithoutAJsonFormIsLoggedOnceAndSentAsAnError) {
  LogCapture log;
  MessagePage page;
  page.messages.emplace_back();
  page.messages.back().drawing = "\xFF\xFF";  // as after damage to a disk
  const auto frame = page_frame({"den"}, page);
  for (int connection = 0; connection < 3; ++connection)
    EXPECT_NE(traffic_.in_json(frame)->payload().find("internal"), std::string::npos);
  EXPECT_EQ(log.count("a frame could not be sent as JSON"), 1u);
}

}  // namespace
}  // namespace colo
