#include "net/keepalive.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "domain/limits.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;
using Action = Liveness::Action;

constexpr SteadyTime start = SteadyTime{} + 1h;
constexpr Liveness::Sending idle{SteadyTime::max()};

Liveness::Sending waiting(std::size_t progress) {
  return {SteadyTime::max(), false, true, progress};
}

struct Throws final : Keepalive::Connection {
  void check(SteadyTime) override { throw std::runtime_error("out of memory, say"); }
};
struct Counts final : Keepalive::Connection {
  void check(SteadyTime) override { ++checks; }
  int checks = 0;
};

TEST(Keepalive, AConnectionThatThrowsDoesNotPreventTheChecksOfTheOthers) {
  Shard shard{0};
  Keepalive keepalive(shard);
  Counts before;
  Throws throws;
  Counts after;
  keepalive.add(before);
  keepalive.add(throws);
  keepalive.add(after);
  keepalive.check_all(start);
  keepalive.check_all(start + 1s);
  EXPECT_EQ(before.checks, 2);
  EXPECT_EQ(after.checks, 2);
}

TEST(Keepalive, AConnectionThatWasDestroyedIsNotChecked) {
  Shard shard{0};
  Keepalive keepalive(shard);
  {
    Throws destroyed;
    keepalive.add(destroyed);
  }
  Counts stays;
  keepalive.add(stays);
  keepalive.check_all(start);
  EXPECT_EQ(stays.checks, 1);
}

TEST(Liveness, ASilentClientIsPingedOnceAndThenAborted) {
  Liveness liveness(start);
  EXPECT_EQ(liveness.check(start + limits::silence_max / 2 - 1s, idle), Action::none);
  EXPECT_EQ(liveness.check(start + limits::silence_max / 2, idle), Action::ping);
  EXPECT_EQ(liveness.check(start + limits::silence_max - 1s, idle), Action::none);
  EXPECT_EQ(liveness.check(start + limits::silence_max, idle), Action::abort);
}

TEST(Liveness, AnAnswerToThePingRestartsTheTimeout) {
  Liveness liveness(start);
  EXPECT_EQ(liveness.check(start + 20s, idle), Action::ping);
  liveness.received(start + 21s);
  EXPECT_EQ(liveness.check(start + 35s, idle), Action::none);
  EXPECT_EQ(liveness.check(start + 36s, idle), Action::ping);
}

TEST(Liveness, AClientThatReadsNothingIsTooSlowEvenIfItSends) {
  Liveness liveness(start);
  auto now = start;
  for (; now < start + limits::stalled_time; now += 1s) {
    liveness.received(now);
    EXPECT_EQ(liveness.check(now, waiting(7)), Action::none);
  }
  liveness.received(now);
  EXPECT_EQ(liveness.check(now, waiting(7)), Action::close_too_slow);
}

TEST(Liveness, AClientThatReadsALittleIsNotTooSlow) {
  Liveness liveness(start);
  std::size_t taken = 0;
  for (auto now = start; now < start + 10min; now += 10s) {
    liveness.received(now);
    EXPECT_EQ(liveness.check(now, waiting(++taken)), Action::none);
  }
}

TEST(Liveness, TheDeadlineOfAClosingConnectionEndsIt) {
  Liveness liveness(start);
  const Liveness::Sending closing{start + 2s, true};
  EXPECT_EQ(liveness.check(start + 1s, closing), Action::none);
  EXPECT_EQ(liveness.check(start + 2s, closing), Action::abort);
}

}  // namespace
}  // namespace colo
