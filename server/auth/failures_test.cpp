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
      fail_now(key);
    }
  }

  void fail_now(const std::string& key) {
    failures.begin(key);
    failures.failed(key);
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
    fail_now("ann");
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
    failures.begin("ann");
    failures.take_back("ann");
  }
  EXPECT_EQ(failures.count_of("ann"), 0u);
}

TEST_F(FailuresTest, WhatWasNotDecidedDoesNotStartTheWaitAgain) {
  fail(12);
  clock.advance(failures.wait("ann"));
  failures.begin("ann");
  failures.take_back("ann");
  EXPECT_EQ(failures.wait("ann"), 0s);
}

TEST_F(FailuresTest, WhatWasNotDecidedProlongsNoMemory) {
  fail(12);
  clock.advance(Failures::forgotten_after - 1ms);
  failures.begin("ann");
  clock.advance(1ms);
  failures.take_back("ann");
  EXPECT_EQ(failures.count_of("ann"), 0u);
}

TEST_F(FailuresTest, WhatWasNotDecidedMakesNobodyBeForgotten) {
  for (std::size_t i = 0; i < Failures::keys_max; ++i) fail_now(std::to_string(i));
  failures.begin("one more");
  failures.take_back("one more");
  EXPECT_EQ(failures.count_of("0"), 1u);
  EXPECT_EQ(failures.count_of("one more"), 0u);
}

TEST_F(FailuresTest, TriesThatAreNotJudgedYetMakeTheNextWait) {
  for (unsigned i = 0; i < Failures::free_tries; ++i) failures.begin("ann");
  EXPECT_EQ(failures.wait("ann"), 1s);
  failures.take_back("ann");
  EXPECT_EQ(failures.wait("ann"), 0s);
}

TEST_F(FailuresTest, OneThatWasRightLeavesTheOthersOpen) {
  fail(3);
  failures.begin("ann");
  failures.begin("ann");
  failures.succeeded("ann");
  EXPECT_EQ(failures.count_of("ann"), 1u);
  failures.failed("ann");
  EXPECT_EQ(failures.count_of("ann"), 1u);
}

TEST_F(FailuresTest, AnHourOfPeaceForgetsThem) {
  fail(Failures::free_tries + 2);
  clock.advance(Failures::forgotten_after);
  EXPECT_EQ(failures.wait("ann"), 0s);
  EXPECT_EQ(failures.count_of("ann"), 0u);
}

TEST_F(FailuresTest, MemoryIsBoundedAndKeepsTheLatest) {
  fail(1, "lasting");
  for (std::size_t i = 1; i < Failures::keys_max; ++i) fail_now(std::to_string(i));
  EXPECT_EQ(failures.count_of("lasting"), 1u);
  fail_now("one more");
  EXPECT_EQ(failures.count_of("lasting"), 0u);
  EXPECT_EQ(failures.count_of("1"), 1u);
}

}  // namespace
}  // namespace colo
