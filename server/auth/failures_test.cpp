#include "auth/failures.hpp"

#include <gtest/gtest.h>

#include "domain/limits.hpp"

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
    EXPECT_TRUE(failures.begin(key));
    failures.failed(key);
  }

  ManualClock clock;
  Failures failures{clock};
};

TEST_F(FailuresTest, TheFirstFewAreFreeThenEachDoublesTheWait) {
  fail(Failures::free_attempts);
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

TEST_F(FailuresTest, KeysWaitIndependently) {
  fail(Failures::free_attempts + 5);
  EXPECT_GT(failures.wait("ann"), 0s);
  EXPECT_EQ(failures.wait("bob"), 0s);
}

TEST_F(FailuresTest, ASuccessForgetsThem) {
  fail(Failures::free_attempts - 1);
  failures.succeeded("ann");
  EXPECT_EQ(failures.count_of("ann"), 0u);
  fail(Failures::free_attempts - 1);
  EXPECT_EQ(failures.wait("ann"), 0s);
}

TEST_F(FailuresTest, AnUndoneAttemptDoesNotCount) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(failures.begin("ann"));
    failures.undo("ann");
  }
  EXPECT_EQ(failures.count_of("ann"), 0u);
}

TEST_F(FailuresTest, AnUndoneAttemptDoesNotRestartTheWait) {
  fail(12);
  clock.advance(failures.wait("ann"));
  EXPECT_TRUE(failures.begin("ann"));
  failures.undo("ann");
  EXPECT_EQ(failures.wait("ann"), 0s);
}

TEST_F(FailuresTest, AnUndoneAttemptDoesNotKeepFailuresLonger) {
  fail(12);
  clock.advance(Failures::forgotten_after - 1ms);
  EXPECT_TRUE(failures.begin("ann"));
  clock.advance(1ms);
  failures.undo("ann");
  EXPECT_EQ(failures.count_of("ann"), 0u);
}

TEST_F(FailuresTest, AnUndoneAttemptEvictsNoKey) {
  for (std::size_t i = 0; i < limits::failure_keys_max; ++i) fail_now(std::to_string(i));
  EXPECT_TRUE(failures.begin("one more"));
  failures.undo("one more");
  EXPECT_EQ(failures.count_of("0"), 1u);
  EXPECT_EQ(failures.count_of("one more"), 0u);
}

TEST_F(FailuresTest, RunningAttemptsMakeTheNextOneWait) {
  for (unsigned i = 0; i < Failures::free_attempts; ++i) EXPECT_TRUE(failures.begin("ann"));
  EXPECT_EQ(failures.wait("ann"), 1s);
  failures.undo("ann");
  EXPECT_EQ(failures.wait("ann"), 0s);
}

TEST_F(FailuresTest, ASuccessLeavesOtherRunningAttemptsCounted) {
  fail(3);
  EXPECT_TRUE(failures.begin("ann"));
  EXPECT_TRUE(failures.begin("ann"));
  failures.succeeded("ann");
  EXPECT_EQ(failures.count_of("ann"), 1u);
  failures.failed("ann");
  EXPECT_EQ(failures.count_of("ann"), 1u);
}

TEST_F(FailuresTest, AnHourWithoutFailuresForgetsThem) {
  fail(Failures::free_attempts + 2);
  clock.advance(Failures::forgotten_after);
  EXPECT_EQ(failures.wait("ann"), 0s);
  EXPECT_EQ(failures.count_of("ann"), 0u);
}

TEST_F(FailuresTest, BeyondTheBoundTheOldestKeyIsEvicted) {
  fail(1, "lasting");
  for (std::size_t i = 1; i < limits::failure_keys_max; ++i) fail_now(std::to_string(i));
  EXPECT_EQ(failures.count_of("lasting"), 1u);
  fail_now("one more");
  EXPECT_EQ(failures.count_of("lasting"), 0u);
  EXPECT_EQ(failures.count_of("1"), 1u);
}

TEST_F(FailuresTest, BeyondTheBoundOfRunningAttemptsOtherKeysAreRefused) {
  for (std::size_t i = 0; i < limits::open_attempts_max; ++i)
    ASSERT_TRUE(failures.begin(std::to_string(i)));
  EXPECT_EQ(failures.begin("one more").error().code, errc::busy);
  EXPECT_TRUE(failures.begin("0"));
  EXPECT_EQ(failures.count_of("0"), 2u);
  EXPECT_EQ(failures.count_of("one more"), 0u);
  failures.undo("1");
  EXPECT_TRUE(failures.begin("one more"));
}

}  // namespace
}  // namespace colo
