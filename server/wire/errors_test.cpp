#include "wire/errors.hpp"

#include <gtest/gtest.h>

#include "wire/frames.hpp"

namespace colo {
namespace {

constexpr int errc_count = static_cast<int>(errc::too_slow) + 1;

// By protocol/http-api.md: statuses 429, 500 and 503, close codes 45xx, and errors without either.
bool passes_by_itself(errc code) {
  const auto status = http_status(code);
  return status == 429 || status == 500 || status == 503 || close_code(code) >= 4500 ||
         code == errc::token_spent || code == errc::slow_down;
}

TEST(Errors, TemporaryErrorsCarryARetryTimeAndOthersDoNot) {
  for (int i = 0; i < errc_count; ++i) {
    const auto code = static_cast<errc>(i);
    EXPECT_EQ(Refusal(code).retry_after.count() > 0, passes_by_itself(code)) << code_name(code);
  }
}

TEST(Errors, ARejectedFrameCarriesTheRetryTime) {
  for (int i = 0; i < errc_count; ++i) {
    const Refusal why(static_cast<errc>(i));
    v1::ServerFrame frame;
    const auto shared = rejected_frame({3, "den", ""}, why);
    const auto payload = shared->payload();
    ASSERT_TRUE(frame.ParseFromArray(payload.data(), static_cast<int>(payload.size())));
    EXPECT_EQ(frame.rejected().retry_after_ms(), why.retry_after.count()) << code_name(why.code);
  }
}

}  // namespace
}  // namespace colo
