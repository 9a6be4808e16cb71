#include "net/network_counts.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

TEST(NetworkCounts, EachNetworkIsBoundedIndependently) {
  ManualClock clock;
  NetworkCounts counts(2, clock);
  EXPECT_TRUE(counts.enter("192.0.2.7"));
  EXPECT_TRUE(counts.enter("192.0.2.7"));
  EXPECT_FALSE(counts.enter("192.0.2.7"));
  EXPECT_TRUE(counts.enter("192.0.2.8"));
}

TEST(NetworkCounts, AClosedConnectionAllowsAnotherOne) {
  ManualClock clock;
  NetworkCounts counts(1, clock);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(counts.enter("192.0.2.7"));
    EXPECT_FALSE(counts.enter("192.0.2.7"));
    counts.leave("192.0.2.7");
  }
}

TEST(NetworkCounts, AConnectionThatReplacesAnotherDoesNotRaiseTheCount) {
  ManualClock clock;
  NetworkCounts counts(1, clock);
  EXPECT_TRUE(counts.enter("192.0.2.7"));
  counts.replace("192.0.2.7");
  counts.leave("192.0.2.7");  // the connection that was replaced
  EXPECT_FALSE(counts.enter("192.0.2.7"));
  counts.leave("192.0.2.7");
  EXPECT_TRUE(counts.enter("192.0.2.7"));
}

}  // namespace
}  // namespace colo
