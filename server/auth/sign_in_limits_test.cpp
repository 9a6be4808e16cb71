#include "auth/sign_in_limits.hpp"

#include <gtest/gtest.h>

#include "domain/limits.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

class SignInLimitsTest : public testing::Test {
 protected:
  static std::string network(std::size_t number) { return "network " + std::to_string(number); }

  ManualClock clock_;
  SignInLimits limits_{{{1000, 1h}, {1000, 1min}}, clock_};
};

TEST_F(SignInLimitsTest, ANetworkWithFailuresGetsLowPriority) {
  const SignInAttempt attempt{"192.0.2.1", "ann"};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(limits_.begin_sign_in(attempt).value(), Priority::high);
    limits_.settle_sign_in(attempt, AttemptOutcome::wrong);
  }
  EXPECT_EQ(limits_.begin_sign_in(attempt).value(), Priority::low);
  EXPECT_EQ(limits_.begin_sign_in({"192.0.2.2", "ann"}).value(), Priority::high);
}

TEST_F(SignInLimitsTest, ASuccessDoesNotExcuseFailuresForAnotherAccount) {
  for (int i = 0; i < 2; ++i) {
    const SignInAttempt guess{"192.0.2.1", "ann"};
    ASSERT_TRUE(limits_.begin_sign_in(guess));
    limits_.settle_sign_in(guess, AttemptOutcome::wrong);
  }
  const SignInAttempt own{"192.0.2.1", "bob"};
  ASSERT_TRUE(limits_.begin_sign_in(own));
  limits_.settle_sign_in(own, AttemptOutcome::right);
  EXPECT_EQ(limits_.begin_sign_in(own).value(), Priority::low);
}

TEST_F(SignInLimitsTest, BeyondTheBoundOfRunningAttemptsOthersAreRefusedAndNothingIsLeftOpen) {
  for (std::size_t i = 0; i < limits::open_attempts_max; ++i)
    ASSERT_TRUE(limits_.begin_sign_in({network(i), "ann"}));
  const SignInAttempt one_more{"192.0.2.1", "ann"};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(limits_.begin_sign_in(one_more).error().code, errc::busy);
  EXPECT_EQ(limits_.begin_registration("192.0.2.1").error().code, errc::busy);
  limits_.settle_sign_in({network(0), "ann"}, AttemptOutcome::undecided);
  EXPECT_EQ(limits_.begin_sign_in(one_more).value(), Priority::high);
}

TEST_F(SignInLimitsTest, BeyondTheBoundOfRunningChecksOthersAreRefused) {
  const auto requester = [](std::size_t number) {
    Requester requester{{static_cast<std::int64_t>(number)}, {}, network(number)};
    requester.session.bytes[0] = static_cast<std::byte>(number & 0xff);
    requester.session.bytes[1] = static_cast<std::byte>(number >> 8);
    return requester;
  };
  for (std::size_t i = 0; i < limits::open_attempts_max; ++i)
    ASSERT_TRUE(limits_.begin_check(requester(i)));
  const auto one_more = requester(limits::open_attempts_max);
  EXPECT_EQ(limits_.begin_check(one_more).error().code, errc::busy);
  limits_.settle_check(requester(0).session, AttemptOutcome::right);
  EXPECT_TRUE(limits_.begin_check(one_more));
}

}  // namespace
}  // namespace colo
