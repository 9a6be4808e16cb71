#include "net/send_queue.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <random>
#include <string>

#include "domain/limits.hpp"
#include "net/client_fixture.hpp"
#include "net/write_scheduler.hpp"

namespace colo {
namespace {

constexpr FlowId flow{1};

SharedFrame frame(std::size_t bytes, char letter = 'x') {
  return std::make_shared<const OutgoingFrame>(ws::Op::binary, std::string(bytes, letter));
}

// Each case runs plain and under TLS: the rules at the head of send_queue.hpp are the same.
class SendQueueTest : public testing::TestWithParam<Line> {
 protected:
  SendQueueTest() { scheduler_.start(SendBy::sendmsg); }
  ~SendQueueTest() override {
    queue_->abort();
    settle();
  }

  void settle() {
    shard_.context().restart();
    shard_.context().poll();
  }
  // Until the socket takes no more, and `bytes` wait.
  void fill(std::size_t bytes, char letter = 'x') {
    while (queue_->bytes() < bytes) {
      append(frame(10'000, letter));
      settle();
    }
  }
  void append(const SharedFrame& one) {
    queue_->append(one, flow);
    appended_ += one->bytes();
  }
  // All that the server writes from now on, as the client reads it.
  std::string read_all() {
    std::string all;
    for (int quiet = 0; quiet < 50 && !client_.ended();) {
      const auto some = client_.read();
      quiet = some.empty() ? quiet + 1 : 0;
      all += some;
      shard_.context().restart();
      shard_.context().run_one_for(std::chrono::milliseconds{1});
    }
    return all;
  }

  Shard shard_{0};
  WriteScheduler scheduler_{shard_};
  TestClient client_{shard_.context(), GetParam(), 4096};
  std::shared_ptr<SendQueue> queue_ =
      std::make_shared<SendQueue>(client_.take_stream(), scheduler_);
  std::string appended_;
};

TEST_P(SendQueueTest, FramesArriveWholeAndInOrderHoweverTheyAreWritten) {
  std::mt19937 random(7);
  std::string read;
  for (int turn = 0; turn < 3000; ++turn) {
    if (queue_->bytes() < 300'000)
      append(frame(random() % (turn % 50 == 0 ? 60'000 : 900), static_cast<char>('a' + turn % 26)));
    if (random() % 3 == 0) settle();
    if (random() % 2 == 0) read += client_.read(1 + random() % 20'000);
  }
  read += read_all();
  EXPECT_TRUE(read == appended_) << read.size() << " of " << appended_.size();
  EXPECT_TRUE(queue_->empty());
  EXPECT_EQ(queue_->bytes(), 0u);
}

TEST_P(SendQueueTest, AClientThatReadsNothingIsClosedAtTheBoundIncludingTheKernelsBytes) {
  std::size_t sent = 0;
  while (!queue_->closing() && sent < 100 * limits::send_queue_bytes_max) {
    append(frame(10'000));
    sent += 10'000;
    settle();
  }
  EXPECT_TRUE(queue_->too_slow());
  // The server's kernel moves some to the client's meanwhile.
  EXPECT_LE(sent, limits::send_queue_bytes_max + 64 * 1024);
  EXPECT_GE(sent, limits::send_queue_bytes_max - 64 * 1024);
}

TEST_P(SendQueueTest, AnEmptyQueueTakesAnyFrame) {
  append(frame(2 * limits::send_queue_bytes_max));
  EXPECT_FALSE(queue_->closing());
  append(frame(1));
  EXPECT_TRUE(queue_->too_slow());
}

TEST_P(SendQueueTest, TheClosingFrameIsTheLastOne) {
  append(frame(10, 'a'));
  queue_->close(4500, "restarting");
  queue_->append(frame(10, 'b'), flow);
  queue_->close(4401, "signed out");
  EXPECT_EQ(read_all(), appended_ + ws::make_close(4500, "restarting"));
  EXPECT_TRUE(queue_->has_closing_frame());
  EXPECT_LE(queue_->deadline(), std::chrono::steady_clock::now() + limits::close_time);
}

// What was begun includes a TLS record that the socket did not take yet.
TEST_P(SendQueueTest, AFrameThatWasBegunIsFinishedBeforeAnEarlyClose) {
  fill(300'000);
  const auto waiting = queue_->bytes();
  queue_->close_too_slow("of a test");
  EXPECT_LT(queue_->bytes(), waiting - 200'000) << "the rest is dropped";
  const auto read = read_all();
  const auto closing = ws::make_close(4508, "too slow");
  ASSERT_TRUE(read.ends_with(closing));
  const auto frames = read.size() - closing.size();
  EXPECT_EQ(frames % frame(10'000)->bytes().size(), 0u);
  EXPECT_TRUE(read.substr(0, frames) == appended_.substr(0, frames));
}

TEST_P(SendQueueTest, AGracefulCloseDeliversQueuedFrames) {
  fill(300'000);
  bool closed = false;
  boost::asio::co_spawn(shard_.executor(), queue_->close_gracefully(),
                        [&](std::exception_ptr) { closed = true; });
  EXPECT_TRUE(read_all() == appended_);
  EXPECT_TRUE(client_.ended());
  EXPECT_EQ(client_.error(), 0);
  client_.close();
  for (int turns = 0; turns < 1000 && !closed; ++turns) {
    shard_.context().restart();
    shard_.context().run_one_for(std::chrono::milliseconds{10});
  }
  EXPECT_TRUE(closed);
}

TEST_P(SendQueueTest, AnAbortDropsWhatTheClientDidNotRead) {
  fill(300'000);
  queue_->abort();
  const auto read = client_.read();
  EXPECT_TRUE(client_.ended());
  EXPECT_EQ(client_.error(), ECONNRESET);
  EXPECT_LT(read.size(), 64u * 1024) << "what was on its way is not sent later";
}

TEST_P(SendQueueTest, AnAbortEndsAGracefulClose) {
  bool closed = false;
  boost::asio::co_spawn(shard_.executor(), queue_->close_gracefully(),
                        [&](std::exception_ptr) { closed = true; });
  settle();
  EXPECT_FALSE(closed) << "the client did not close yet";
  queue_->abort();
  settle();
  EXPECT_TRUE(closed);
  EXPECT_EQ(queue_->stream().native_handle(), -1);
}

TEST_P(SendQueueTest, AFailedWriteDropsEverythingAndSetsTheDeadline) {
  fill(300'000);
  client_.close();
  for (int turns = 0; turns < 1000 && !queue_->empty(); ++turns) {
    shard_.context().restart();
    shard_.context().run_one_for(std::chrono::milliseconds{10});
  }
  EXPECT_EQ(queue_->bytes(), 0u);
  EXPECT_TRUE(queue_->open()) << "what came before is still read";
  EXPECT_LT(queue_->deadline(), SteadyTime::max());
  queue_->append(frame(10), flow);
  EXPECT_TRUE(queue_->empty());
}

TEST_P(SendQueueTest, ReleasesTheFramesThatItWrote) {
  std::weak_ptr<const OutgoingFrame> first;
  {
    const auto made = frame(10);
    first = made;
    append(made);
  }
  for (int i = 0; i < 100; ++i) {
    append(frame(10));
    settle();
    client_.read();
  }
  EXPECT_TRUE(first.expired());
}

INSTANTIATE_TEST_SUITE_P(Lines, SendQueueTest, testing::Values(Line::plain, Line::tls),
                         name_of_line);

}  // namespace
}  // namespace colo
