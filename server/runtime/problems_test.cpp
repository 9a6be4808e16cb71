#include "runtime/problems.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

TEST(Problems, AProblemIsListedUntilItIsResolved) {
  Problems problems;
  EXPECT_TRUE(problems.sentences().empty());
  problems.report("disk", "The disk is full.", "disk full");
  problems.report("disk", "The disk is still full.", "disk full again");
  EXPECT_EQ(problems.sentences(), (std::vector<std::string>{"The disk is full."}));
  problems.resolve("disk", "disk fine");
  EXPECT_TRUE(problems.sentences().empty());
}

TEST(Problems, TheListIsBounded) {
  Problems problems;
  for (std::size_t i = 0; i <= Problems::problems_max; ++i)
    problems.report(std::to_string(i), "Something.", "something");
  EXPECT_EQ(problems.sentences().size(), Problems::problems_max);
}

}  // namespace
}  // namespace colo
