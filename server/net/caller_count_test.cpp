#include "net/caller_count.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

TEST(CallerCount, ANetworkHasOnlySoManyConnectionsAndOthersTheirs) {
  ManualClock clock;
  CallerCount callers(2, clock);
  EXPECT_TRUE(callers.enter("192.0.2.7"));
  EXPECT_TRUE(callers.enter("192.0.2.7"));
  EXPECT_FALSE(callers.enter("192.0.2.7"));
  EXPECT_TRUE(callers.enter("192.0.2.8"));
}

TEST(CallerCount, OneThatEndsMakesRoomForOne) {
  ManualClock clock;
  CallerCount callers(1, clock);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(callers.enter("192.0.2.7"));
    EXPECT_FALSE(callers.enter("192.0.2.7"));
    callers.leave("192.0.2.7");
  }
}

TEST(CallerCount, OneThatReplacesAnotherTakesNoFurtherPlace) {
  ManualClock clock;
  CallerCount callers(1, clock);
  EXPECT_TRUE(callers.enter("192.0.2.7"));
  callers.replace("192.0.2.7");
  callers.leave("192.0.2.7");  // the one that was closed
  EXPECT_FALSE(callers.enter("192.0.2.7"));
  callers.leave("192.0.2.7");
  EXPECT_TRUE(callers.enter("192.0.2.7"));
}

}  // namespace
}  // namespace colo
