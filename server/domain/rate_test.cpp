#include "domain/rate.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

using std::chrono::milliseconds;

constexpr Bucket::Time start{std::chrono::hours{1}};

TEST(Bucket, StartsFullAndThenReturnsTheWait) {
  Bucket bucket({2, milliseconds{1000}}, start);
  EXPECT_EQ(bucket.take(start), milliseconds{0});
  EXPECT_EQ(bucket.take(start), milliseconds{0});
  const auto wait = bucket.take(start);
  EXPECT_GE(wait, milliseconds{500});
  EXPECT_LE(wait, milliseconds{502});
}

TEST(Bucket, WaitingForTheReturnedTimeIsEnough) {
  Bucket bucket({3, milliseconds{1000}}, start);
  auto now = start;
  for (int i = 0; i < 50; ++i) {
    const auto wait = bucket.take(now);
    if (wait == milliseconds{0}) continue;
    now += wait;
    EXPECT_EQ(bucket.take(now), milliseconds{0});
  }
}

TEST(Bucket, ARefusedAttemptCostsNothing) {
  Bucket bucket({1, milliseconds{1000}}, start);
  EXPECT_EQ(bucket.take(start), milliseconds{0});
  for (int i = 0; i < 10; ++i) EXPECT_GT(bucket.take(start), milliseconds{0});
  EXPECT_EQ(bucket.take(start + milliseconds{1001}), milliseconds{0});
}

TEST(Bucket, NeverHoldsMoreThanItsCount) {
  Bucket bucket({2, milliseconds{1000}}, start);
  const auto later = start + std::chrono::hours{24};
  EXPECT_EQ(bucket.take(later), milliseconds{0});
  EXPECT_EQ(bucket.take(later), milliseconds{0});
  EXPECT_GT(bucket.take(later), milliseconds{0});
}

TEST(Bucket, IsFullAgainOnceItsPeriodHasPassed) {
  Bucket bucket({2, milliseconds{1000}}, start);
  EXPECT_TRUE(bucket.full(start));
  bucket.take(start);
  EXPECT_FALSE(bucket.full(start));
  EXPECT_TRUE(bucket.full(start + milliseconds{1000}));
}

}  // namespace
}  // namespace colo
