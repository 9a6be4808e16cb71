#include "auth/minimum_password_versions.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

using namespace std::chrono_literals;

TEST(MinimumPasswordVersions, OlderOnesAreRefusedForAWhile) {
  ManualClock clock;
  MinimumPasswordVersions minimums(clock);
  minimums.require({1}, {3});
  minimums.require({1}, {2});  // reported late
  EXPECT_EQ(minimums.check({1}, {2}).error().code, errc::bad_credentials);
  EXPECT_TRUE(minimums.check({1}, {3}));
  EXPECT_TRUE(minimums.check({1}, {4}));
  EXPECT_TRUE(minimums.check({2}, {1}));
  clock.advance(MinimumPasswordVersions::keep_time);
  minimums.sweep();
  EXPECT_TRUE(minimums.check({1}, {2}));
}

TEST(MinimumPasswordVersions, BeyondTheBoundSignInsOfOthersAreRefusedForAWhile) {
  ManualClock clock;
  MinimumPasswordVersions minimums(clock, 2);
  minimums.require({1}, {2});
  clock.advance(1min);
  minimums.require({2}, {2});
  EXPECT_TRUE(minimums.check({4}, {1}));
  minimums.require({3}, {2});
  EXPECT_EQ(minimums.check({3}, {1}).error().code, errc::busy);
  EXPECT_EQ(minimums.check({4}, {1}).error().code, errc::busy);
  EXPECT_EQ(minimums.check({1}, {1}).error().code, errc::bad_credentials);
  EXPECT_TRUE(minimums.check({1}, {2}));
  clock.advance(9min);  // the first has expired
  minimums.require({5}, {2});
  EXPECT_EQ(minimums.check({5}, {1}).error().code, errc::bad_credentials);
  EXPECT_EQ(minimums.check({3}, {1}).error().code, errc::busy);
  clock.advance(1min);
  EXPECT_TRUE(minimums.check({3}, {1}));
}

}  // namespace
}  // namespace colo
