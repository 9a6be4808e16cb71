#include "runtime/repeats.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

using namespace std::chrono_literals;
using Verdict = Repeats::Verdict;

class RepeatsTest : public testing::Test {
 protected:
  Verdict admit(const std::string& kind, std::size_t lines_max = 1) {
    return repeats.admit(kind, 3, lines_max, clock.now());
  }

  ManualClock clock;
  Repeats repeats;
};

TEST_F(RepeatsTest, WritesTheFirstFewOfAKindAndCountsTheOthers) {
  EXPECT_EQ(admit("a {}", 2), Verdict::write);
  EXPECT_EQ(admit("a {}", 2), Verdict::write);
  EXPECT_EQ(repeats.next_due(), std::nullopt);
  EXPECT_EQ(admit("a {}", 2), Verdict::first_withheld);
  for (int i = 0; i < 8118; ++i) EXPECT_EQ(admit("a {}", 2), Verdict::withheld);
  EXPECT_EQ(admit("b"), Verdict::write);
  EXPECT_EQ(repeats.next_due(), clock.now() + Repeats::window);
  clock.advance(Repeats::window - 1ms);
  EXPECT_TRUE(repeats.take_due(clock.now()).empty());
  clock.advance(1ms);
  const auto counts = repeats.take_due(clock.now());
  ASSERT_EQ(counts.size(), 1u);
  EXPECT_EQ(counts[0].kind, "a {}");
  EXPECT_EQ(counts[0].level, 3);
  EXPECT_EQ(counts[0].withheld, 8119u);
  EXPECT_EQ(repeats.next_due(), std::nullopt);
  EXPECT_EQ(admit("a {}"), Verdict::write);
}

TEST_F(RepeatsTest, WithholdsNoRareLines) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(admit("a"), Verdict::write);
    clock.advance(Repeats::window);
  }
  EXPECT_TRUE(repeats.take_all().empty());
}

TEST_F(RepeatsTest, CountsUntilTheCountIsTaken) {
  admit("a");
  admit("a");
  clock.advance(10 * Repeats::window);  // as when the output is blocked
  EXPECT_EQ(admit("a"), Verdict::withheld);
  EXPECT_EQ(repeats.take_due(clock.now()).at(0).withheld, 2u);
}

TEST_F(RepeatsTest, ReturnsTheCountsOfOpenWindowsAtTheEnd) {
  admit("a");
  admit("a");
  EXPECT_EQ(repeats.take_all().at(0).withheld, 1u);
  EXPECT_TRUE(repeats.take_all().empty());
}

TEST_F(RepeatsTest, BeyondManyKindsTheOthersShareOneCount) {
  for (std::size_t i = 0; i < Repeats::kinds_max; ++i) admit(std::to_string(i));
  EXPECT_EQ(admit("one more"), Verdict::write);
  EXPECT_EQ(admit("another"), Verdict::first_withheld);
  EXPECT_EQ(repeats.take_all().at(0).kind, "lines of other kinds");
}

TEST_F(RepeatsTest, ExpiredKindsAreEvicted) {
  for (std::size_t i = 0; i < Repeats::kinds_max; ++i) admit(std::to_string(i));
  clock.advance(Repeats::window);
  EXPECT_EQ(admit("one more"), Verdict::write);
  EXPECT_EQ(admit("another"), Verdict::write);
}

}  // namespace
}  // namespace colo
