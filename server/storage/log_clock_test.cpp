#include "storage/log_clock.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

using namespace std::chrono_literals;
using Verdict = LogClock::Verdict;

class LogClockTest : public testing::Test {
 protected:
  LogClockTest() {
    clock.time = start.time_since_epoch();
    clock.agreed = clock.time;
    wall = start;
  }
  // The server runs for this long, and its wall clock advances as much.
  Verdict run_for(LogClock::Time time) {
    wall += time;
    return clock.advance(time, wall).verdict;
  }
  // The server was off, or the wall clock was set: the first reading of a new run.
  LogClock::Reading start_after(LogClock::Time time) {
    wall += time;
    return clock.advance(0ms, wall);
  }
  LogClock::Time passed() const { return clock.time - start.time_since_epoch(); }

  const WallTime start{std::chrono::hours{24 * 20'000}};
  WallTime wall;
  LogClock clock;
};

TEST_F(LogClockTest, RunsWithTheServer) {
  EXPECT_EQ(run_for(10min), Verdict::agreed);
  EXPECT_EQ(run_for(100h), Verdict::agreed);  // of running: nothing to doubt
  EXPECT_EQ(passed(), 100h + 10min);
}

TEST_F(LogClockTest, ANightWithoutTheServerCounts) {
  EXPECT_EQ(start_after(10h).credited, 10h);
  EXPECT_EQ(start_after(24h).verdict, Verdict::agreed);
  EXPECT_EQ(passed(), 34h);
}

TEST_F(LogClockTest, AJumpAheadDoesNotCountAtFirst) {
  EXPECT_EQ(start_after(24h * 40).verdict, Verdict::doubted);
  EXPECT_EQ(run_for(1h), Verdict::waiting);
  EXPECT_EQ(passed(), 1h);
  EXPECT_EQ(start_after(-24h * 40).verdict, Verdict::withdrawn);
  EXPECT_EQ(passed(), 1h);
  EXPECT_EQ(start_after(24h * 40).verdict, Verdict::doubted);  // what ran before does not count
  EXPECT_EQ(run_for(23h), Verdict::waiting);
  EXPECT_EQ(passed(), 24h);
}

TEST_F(LogClockTest, AJumpAheadIsBelievedAfterADayOfRunning) {
  start_after(24h * 40);
  EXPECT_EQ(run_for(23h), Verdict::waiting);
  EXPECT_EQ(run_for(1h), Verdict::believed);
  EXPECT_EQ(passed(), 24h * 41);
  EXPECT_EQ(run_for(1h), Verdict::agreed);
  EXPECT_EQ(clock.wall(), wall);
}

TEST_F(LogClockTest, WhatIsRecordedDuringADoubtDoesNotAgeByIt) {
  run_for(1h);
  start_after(24h * 40);
  run_for(23h);
  wall += 1h;
  const auto reading = clock.advance(1h, wall);
  EXPECT_EQ(reading.credited, 24h * 40);
  EXPECT_EQ(reading.since, start.time_since_epoch() + 1h);
}

TEST_F(LogClockTest, ShortTimesOffCountDuringADoubt) {
  start_after(24h * 40);
  for (int day = 0; day < 7; ++day) {
    EXPECT_EQ(run_for(3h), Verdict::waiting);
    EXPECT_EQ(start_after(21h).verdict, Verdict::waiting);
  }
  EXPECT_EQ(passed(), 7 * 24h);
  EXPECT_EQ(run_for(3h), Verdict::believed);
  EXPECT_EQ(passed(), 47 * 24h + 3h);
}

TEST_F(LogClockTest, AFurtherJumpNeedsItsOwnProof) {
  start_after(24h * 2);
  run_for(20h);
  start_after(24h * 400);
  EXPECT_EQ(run_for(4h), Verdict::believed);
  EXPECT_EQ(passed(), 24h * 3);
  EXPECT_EQ(run_for(1h), Verdict::doubted);
  EXPECT_EQ(start_after(-24h * 400).verdict, Verdict::withdrawn);
  EXPECT_EQ(passed(), 24h * 3 + 1h);
}

TEST_F(LogClockTest, NeverGoesBack) {
  run_for(24h);
  for (const auto back : {1h, 24h, 24h * 365 * 50}) {
    const auto before = clock.time;
    start_after(-back);
    EXPECT_EQ(clock.time, before);
    start_after(back);
    EXPECT_EQ(clock.time, before);
  }
}

TEST_F(LogClockTest, AClockSetBackAndForthIsNotCreditedEachTime) {
  for (int i = 0; i < 100; ++i) {
    start_after(20h);
    start_after(-20h);
  }
  EXPECT_EQ(passed(), 20h);
}

TEST_F(LogClockTest, AMachineThatStartsIn1970CountsOnceItsClockIsSet) {
  const auto right = wall;
  wall = WallTime{};
  EXPECT_EQ(start_after(5s).verdict, Verdict::doubted);
  EXPECT_EQ(run_for(10min), Verdict::waiting);
  wall = right + 10h;
  EXPECT_EQ(clock.advance(10min, wall).verdict, Verdict::withdrawn);
  EXPECT_EQ(passed(), 10h);
}

TEST_F(LogClockTest, TheFirstDayOfAServerThatStartedIn1970DoesNotAge) {
  wall = WallTime{} + 5s;
  clock = LogClock::beginning_at(wall);
  const auto began = clock.time;
  EXPECT_EQ(clock.wall(), WallTime{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}});
  EXPECT_EQ(start_after(0ms).verdict, Verdict::doubted);
  wall = start;
  EXPECT_EQ(run_for(10min), Verdict::doubted);
  run_for(23h);
  wall += 1h;
  const auto reading = clock.advance(1h, wall);
  EXPECT_EQ(reading.verdict, Verdict::believed);
  EXPECT_LT(reading.since, began);  // nothing recorded so far ages by the jump
  EXPECT_EQ(clock.wall(), wall);
}

TEST_F(LogClockTest, AClockThatReturnsFromYearsAheadIsBelievedAfterADayOfRunning) {
  start_after(24h * 365 * 50);
  run_for(12h);
  ASSERT_EQ(run_for(12h), Verdict::believed);
  EXPECT_EQ(start_after(-24h * 365 * 50).verdict, Verdict::doubted);
  const auto before = clock.time;
  run_for(12h);
  EXPECT_EQ(run_for(12h), Verdict::believed);
  EXPECT_EQ(clock.time, before + 24h);
  EXPECT_EQ(start_after(10h).verdict, Verdict::agreed);
  EXPECT_EQ(clock.time, before + 34h);
}

}  // namespace
}  // namespace colo
