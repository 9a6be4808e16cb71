#include "net/write_scheduler.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "net/client_fixture.hpp"

namespace colo {
namespace {

// What one client gets fits into the kernel's buffers, so that nothing waits for it to read.
constexpr std::size_t drawing_bytes = 1500;
constexpr std::size_t drawings_each = 64;

struct Receiver {
  Receiver(Shard& shard, WriteScheduler& scheduler, Line line)
      : client(shard.context(), line),
        queue(std::make_shared<SendQueue>(client.take_stream(), scheduler)) {}

  TestClient client;
  std::shared_ptr<SendQueue> queue;
};

class WriteSchedulerTest : public testing::TestWithParam<Line> {
 protected:
  WriteSchedulerTest() { scheduler_.start(SendBy::sendmsg); }
  ~WriteSchedulerTest() override {
    for (auto& receiver : crowd_) receiver.queue->abort();
    shard_.context().restart();
    shard_.context().poll();
  }

  std::size_t write_bytes_max() const {
    return GetParam() == Line::tls ? Stream::record_bytes_max
                                   : drawings_each * (drawing_bytes + ws::header_bytes_max);
  }
  void make_crowd(std::size_t size, FlowId flow) {
    while (crowd_.size() < size) crowd_.emplace_back(shard_, scheduler_, GetParam());
    for (auto& receiver : crowd_) give(receiver, drawings_each, flow);
  }
  void give(Receiver& receiver, std::size_t drawings, FlowId flow) {
    for (std::size_t i = 0; i < drawings; ++i) receiver.queue->append(drawing_, flow);
  }
  std::size_t waiting() const {
    std::size_t bytes = 0;
    for (const auto& receiver : crowd_) bytes += receiver.queue->bytes();
    return bytes;
  }
  // One handler of the loop, and how much it wrote to the crowd.
  std::size_t run_one() {
    const auto before = waiting();
    shard_.context().restart();
    shard_.context().run_one_for(std::chrono::seconds{10});
    return before - waiting();
  }

  Shard shard_{0};
  WriteScheduler scheduler_{shard_};
  std::deque<Receiver> crowd_;
  SharedFrame drawing_ =
      std::make_shared<const OutgoingFrame>(ws::Op::binary, std::string(drawing_bytes, 'x'));
};

TEST_P(WriteSchedulerTest, OneTurnOfTheLoopWritesASliceThatIsBoundedInBytes) {
  make_crowd(64, {1});
  const auto most =
      WriteScheduler::slice_bytes + WriteScheduler::connections_per_step * write_bytes_max();
  std::size_t largest = 0;
  while (waiting() > 0) {
    const auto written = run_one();
    EXPECT_LE(written, most);
    largest = std::max(largest, written);
  }
  EXPECT_GT(largest, WriteScheduler::slice_bytes / 2) << "and is not needlessly small";
}

TEST_P(WriteSchedulerTest, ACrowdedRoomDoesNotDelayAnother) {
  Receiver quiet(shard_, scheduler_, GetParam());
  make_crowd(64, {1});
  while (run_one() == 0) continue;      // the crowd is being written
  constexpr std::size_t drawings = 30;  // three TLS records
  give(quiet, drawings, {2});
  std::size_t meanwhile = 0;
  while (!quiet.queue->empty()) meanwhile += run_one();
  // At most two visits to the crowd before each write to the quiet room (the end of a step cuts one
  // short), and what the last slice had left.
  const std::size_t writes = GetParam() == Line::tls ? 3 : 1;
  EXPECT_LE(meanwhile, WriteScheduler::slice_bytes + writes * 2 * 8 * write_bytes_max());
  EXPECT_GT(waiting(), 0u) << "the crowd had more";
  quiet.queue->abort();
}

TEST_P(WriteSchedulerTest, CountsFramesAndWrites) {
  make_crowd(3, {1});
  while (waiting() > 0) run_one();
  EXPECT_EQ(scheduler_.count().frames, 3 * drawings_each);
  EXPECT_LE(scheduler_.count().writes, 3 * drawings_each / 8) << "several frames at once";
  EXPECT_EQ(scheduler_.count().calls, scheduler_.count().writes);
}

INSTANTIATE_TEST_SUITE_P(Lines, WriteSchedulerTest, testing::Values(Line::plain, Line::tls),
                         name_of_line);

}  // namespace
}  // namespace colo
