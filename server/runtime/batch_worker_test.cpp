#include "runtime/batch_worker.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <vector>

#include "runtime/log_capture.hpp"

namespace colo {
namespace {

using Batches = std::vector<std::vector<int>>;

constexpr std::size_t any_bytes = 1'000'000;

TEST(BatchWorker, JobsThatArriveDuringThePauseFormOneBatch) {
  Batches batches;
  std::promise<void> began;
  BatchWorker<int> worker(
      "test",
      [&](std::vector<int>& batch) {
        batches.push_back(batch);
        if (batches.size() == 1) began.set_value();
      },
      {8, any_bytes}, std::chrono::hours{1});
  EXPECT_TRUE(worker.submit(1, 1));
  began.get_future().wait();
  for (int job = 2; job <= 8; ++job) EXPECT_TRUE(worker.submit(int{job}, 1));
  worker.stop();
  EXPECT_EQ(batches, (Batches{{1}, {2, 3, 4, 5, 6, 7, 8}}));
  EXPECT_FALSE(worker.submit(11, 1)) << "it stopped";
}

// A worker that pauses for an hour after its first batch, and what the second one was.
class PausingWorker {
 public:
  explicit PausingWorker(BatchLimit limit)
      : worker_(
            "test",
            [this](std::vector<int>& batch) {
              if (++batches_ == 1) began_.set_value();
              if (batches_ == 2) second_.set_value(batch);
            },
            limit, std::chrono::hours{1}) {
    EXPECT_TRUE(worker_.submit(1, 1));
    began_.get_future().wait();
  }

  bool submit(int job, std::size_t bytes) { return worker_.submit(int{job}, bytes); }
  std::vector<int> second_batch() { return second_.get_future().get(); }

 private:
  std::promise<void> began_;
  std::promise<std::vector<int>> second_;
  int batches_ = 0;
  BatchWorker<int> worker_;
};

TEST(BatchWorker, AQueueFullOfJobsEndsThePause) {
  PausingWorker worker({3, any_bytes});
  for (int job = 2; job <= 4; ++job) EXPECT_TRUE(worker.submit(job, 1));
  EXPECT_EQ(worker.second_batch(), (std::vector{2, 3, 4}));
}

TEST(BatchWorker, AQueueFullOfBytesEndsThePause) {
  PausingWorker worker({100, 1000});
  EXPECT_TRUE(worker.submit(2, 400));
  EXPECT_TRUE(worker.submit(3, 599));
  EXPECT_TRUE(worker.submit(4, 400));
  EXPECT_EQ(worker.second_batch(), (std::vector{2, 3, 4}));
}

// A worker whose first batch does not end before release().
class OccupiedWorker {
 public:
  explicit OccupiedWorker(BatchLimit limit)
      : worker_(
            "writes to the test",
            [this](std::vector<int>&) {
              if (std::exchange(occupied_, true)) return;
              began_.set_value();
              released_.get_future().wait();
            },
            limit) {
    EXPECT_TRUE(worker_.submit(1, 1));
    began_.get_future().wait();
  }
  ~OccupiedWorker() { released_.set_value(); }

  bool submit(int job, std::size_t bytes) { return worker_.submit(int{job}, bytes); }

 private:
  bool occupied_ = false;
  std::promise<void> began_;
  std::promise<void> released_;
  BatchWorker<int> worker_;
};

TEST(BatchWorker, AFullQueueRefusesByJobsAndByBytes) {
  OccupiedWorker few({2, any_bytes});
  EXPECT_TRUE(few.submit(2, 1));
  EXPECT_TRUE(few.submit(3, 1));
  EXPECT_FALSE(few.submit(4, 1));

  OccupiedWorker small({100, 1000});
  EXPECT_TRUE(small.submit(2, 999));
  EXPECT_TRUE(small.submit(3, 999)) << "the last may exceed the bound";
  EXPECT_FALSE(small.submit(4, 1));
}

TEST(BatchWorker, AFullQueueIsLoggedOncePerWindow) {
  LogCapture log;
  {
    OccupiedWorker worker({1, any_bytes});
    EXPECT_TRUE(worker.submit(2, 1));
    for (int job = 3; job < 13; ++job) EXPECT_FALSE(worker.submit(job, 1));
  }
  const auto lines = log.lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find(" warning writes to the test: the queue is full"), std::string::npos)
      << lines[0];
  EXPECT_NE(lines[1].find("and 9 more like it"), std::string::npos) << lines[1];
}

TEST(BatchWorker, ABatchThatThrowsIsLoggedAndTheNextOneRuns) {
  LogCapture log;
  std::promise<int> second;
  {
    BatchWorker<int> worker("writes to the test",
                            [&](std::vector<int>& batch) {
                              if (batch.front() == 1) throw std::runtime_error("out of ink");
                              second.set_value(batch.front());
                            },
                            {1, any_bytes});
    EXPECT_TRUE(worker.submit(1, 1));
    while (!worker.submit(2, 1)) std::this_thread::yield();
    EXPECT_EQ(second.get_future().get(), 2);
  }
  EXPECT_EQ(log.count("writes to the test: a batch failed: out of ink"), 1u);
}

TEST(BatchWorker, RunsEachJobOnceAndInOrder) {
  constexpr int jobs = 1000;
  Batches batches;
  std::promise<void> all;
  int done = 0;
  BatchWorker<int> worker("test",
                          [&](std::vector<int>& batch) {
                            batches.push_back(batch);
                            done += static_cast<int>(batch.size());
                            if (done == jobs) all.set_value();
                          },
                          {jobs, any_bytes});
  for (int job = 0; job < jobs; ++job) EXPECT_TRUE(worker.submit(int{job}, 1));
  all.get_future().wait();
  int next = 0;
  for (const auto& batch : batches)
    for (const int job : batch) EXPECT_EQ(job, next++);
}

}  // namespace
}  // namespace colo
