#include "auth/person_budgets.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

using namespace std::chrono_literals;

TEST(PersonBudgets, BeyondTheBoundOthersGetNoneUntilOneIsFullAndUnused) {
  ManualClock clock;
  PersonBudgets budgets(10, 2);
  auto used = budgets.of({1}).value();
  budgets.of({2}).value()->spend(10s, clock.now());
  EXPECT_EQ(budgets.of({3}).error().code, errc::busy);
  EXPECT_EQ(budgets.of({1}).value(), used);
  budgets.sweep(clock.now());  // one is in use, the other not full
  EXPECT_EQ(budgets.of({3}).error().code, errc::busy);
  clock.advance(200s);
  budgets.sweep(clock.now());
  EXPECT_TRUE(budgets.of({3}));
  EXPECT_EQ(budgets.of({1}).value(), used);
}

}  // namespace
}  // namespace colo
