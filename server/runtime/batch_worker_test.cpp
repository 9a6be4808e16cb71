#include "runtime/batch_worker.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <vector>

namespace colo {
namespace {

using Batches = std::vector<std::vector<int>>;

TEST(BatchWorker, WhatComesWhileItRestsIsDoneTogether) {
  Batches batches;
  std::promise<void> began;
  BatchWorker<int> worker(
      [&](std::vector<int>& batch) {
        batches.push_back(batch);
        if (batches.size() == 1) began.set_value();
      },
      8, std::chrono::hours{1});
  EXPECT_TRUE(worker.submit(1));
  began.get_future().wait();
  for (int job = 2; job <= 8; ++job) EXPECT_TRUE(worker.submit(int{job}));
  worker.stop();
  EXPECT_EQ(batches, (Batches{{1}, {2, 3, 4, 5, 6, 7, 8}}));
  EXPECT_FALSE(worker.submit(11)) << "it stopped";
}

TEST(BatchWorker, AFullQueueEndsTheRest) {
  std::promise<void> began;
  std::promise<std::vector<int>> second;
  int batches = 0;
  BatchWorker<int> worker(
      [&](std::vector<int>& batch) {
        if (++batches == 1) began.set_value();
        if (batches == 2) second.set_value(batch);
      },
      3, std::chrono::hours{1});
  EXPECT_TRUE(worker.submit(1));
  began.get_future().wait();
  for (int job = 2; job <= 4; ++job) EXPECT_TRUE(worker.submit(int{job}));
  EXPECT_EQ(second.get_future().get(), (std::vector{2, 3, 4}));
}

TEST(BatchWorker, DoesEachJobOnceAndInItsOrder) {
  constexpr int jobs = 1000;
  Batches batches;
  std::promise<void> all;
  int done = 0;
  BatchWorker<int> worker(
      [&](std::vector<int>& batch) {
        batches.push_back(batch);
        done += static_cast<int>(batch.size());
        if (done == jobs) all.set_value();
      },
      jobs);
  for (int job = 0; job < jobs; ++job) EXPECT_TRUE(worker.submit(int{job}));
  all.get_future().wait();
  int next = 0;
  for (const auto& batch : batches)
    for (const int job : batch) EXPECT_EQ(job, next++);
}

}  // namespace
}  // namespace colo
