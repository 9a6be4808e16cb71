#include "auth/failures.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

using namespace std::chrono_literals;

class FailuresTest : public testing::Test {
 protected:
  void fail(unsigned times, const std::string& key = "ann") {
    for (unsigned i = 0; i < times; ++i) {
      clock.advance(failures.wait(key));
      failures.count(key);
    }
  }

  ManualClock clock;
  Failures failures{clock};
};

TEST_F(FailuresTest, TheFirstFewAreFreeThenEachDoublesTheWait) {
  fail(Failures::free_tries);
  for (const auto expected : {1s, 2s, 4s, 8s, 16s}) {
    EXPECT_EQ(failures.wait("ann"), expected);
    clock.advance(expected - 1ms);
    EXPECT_EQ(failures.wait("ann"), 1ms);
    clock.advance(1ms);
    EXPECT_EQ(failures.wait("ann"), 0s);
    failures.count("ann");
  }
}

TEST_F(FailuresTest, TheWaitIsBounded) {
  fail(60);
  EXPECT_EQ(failures.wait("ann"), Failures::wait_max);
}

TEST_F(FailuresTest, EachKeyWaitsForItself) {
  fail(Failures::free_tries + 5);
  EXPECT_GT(failures.wait("ann"), 0s);
  EXPECT_EQ(failures.wait("bob"), 0s);
}

TEST_F(FailuresTest, BeingRightForgetsThem) {
  fail(Failures::free_tries - 1);
  failures.succeeded("ann");
  EXPECT_EQ(failures.count_of("ann"), 0u);
  fail(Failures::free_tries - 1);
  EXPECT_EQ(failures.wait("ann"), 0s);
}

TEST_F(FailuresTest, WhatWasNotDecidedDoesNotCount) {
  for (int i = 0; i < 100; ++i) {
    failures.count("ann");
    failures.take_back("ann");
  }
  EXPECT_EQ(failures.count_of("ann"), 0u);
}

TEST_F(FailuresTest, AnHourOfPeaceForgetsThem) {
  fail(Failures::free_tries + 2);
  clock.advance(Failures::forgotten_after);
  EXPECT_EQ(failures.wait("ann"), 0s);
  EXPECT_EQ(failures.count_of("ann"), 0u);
}

TEST_F(FailuresTest, MemoryIsBoundedAndKeepsTheLatest) {
  fail(1, "lasting");
  for (std::size_t i = 1; i < Failures::keys_max; ++i) failures.count(std::to_string(i));
  EXPECT_EQ(failures.count_of("lasting"), 1u);
  failures.count("one more");
  EXPECT_EQ(failures.count_of("lasting"), 0u);
  EXPECT_EQ(failures.count_of("1"), 1u);
}

}  // namespace
}  // namespace colo
