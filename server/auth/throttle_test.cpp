#include "auth/throttle.hpp"

#include <gtest/gtest.h>

#include "domain/limits.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

TEST(Throttle, CountsKeysIndependently) {
  ManualClock clock;
  Throttle throttle({2, 1min}, clock);
  EXPECT_TRUE(throttle.admit("192.0.2.1"));
  EXPECT_TRUE(throttle.admit("192.0.2.1"));
  const auto third = throttle.admit("192.0.2.1");
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, errc::too_many_requests);
  EXPECT_LE(third.error().retry_after, 31s);
  EXPECT_TRUE(throttle.admit("192.0.2.2"));
}

TEST(Throttle, AdmitsAgainAfterTheTimeItNamed) {
  ManualClock clock;
  Throttle throttle({1, 1min}, clock);
  ASSERT_TRUE(throttle.admit("a"));
  const auto refused = throttle.admit("a");
  ASSERT_FALSE(refused);
  clock.advance(refused.error().retry_after);
  EXPECT_TRUE(throttle.admit("a"));
}

TEST(Throttle, AnUndoneAttemptCanBeMadeAgain) {
  ManualClock clock;
  Throttle throttle({2, 1h}, clock);
  ASSERT_TRUE(throttle.admit("a"));
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(throttle.admit("a"));
    throttle.undo("a");
  }
  EXPECT_TRUE(throttle.admit("a"));
  EXPECT_FALSE(throttle.admit("a"));
}

TEST(Throttle, BeyondTheBoundNoCountIsReset) {
  ManualClock clock;
  Throttle throttle({1, 1h}, clock);
  ASSERT_TRUE(throttle.admit("attacker"));
  for (std::size_t i = 0; i < 2 * limits::throttle_keys_max; ++i)
    (void)throttle.admit(std::to_string(i)).has_value();
  EXPECT_FALSE(throttle.admit("attacker"));
}

}  // namespace
}  // namespace colo
