#include "domain/errc.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace colo {
namespace {

constexpr int errc_count = static_cast<int>(errc::too_slow) + 1;

TEST(Errc, EveryCodeHasItsOwnName) {
  std::set<std::string> names;
  for (int i = 0; i < errc_count; ++i) {
    EXPECT_TRUE(names.emplace(code_name(static_cast<errc>(i))).second)
        << i << " is called " << code_name(static_cast<errc>(i)) << " like another";
  }
}

TEST(Errc, EveryTextIsASentence) {
  for (int i = 0; i < errc_count; ++i) {
    const std::string words(sentence(static_cast<errc>(i)));
    ASSERT_FALSE(words.empty());
    EXPECT_EQ(words.back(), '.') << words;
  }
}

TEST(Errc, ARefusalCarriesTheRetryTimeOfItsCode) {
  for (int i = 0; i < errc_count; ++i) {
    const auto code = static_cast<errc>(i);
    EXPECT_EQ(Refusal(code).retry_after, retry_time(code)) << code_name(code);
    EXPECT_EQ(Refusal(code, "Why.").retry_after, retry_time(code)) << code_name(code);
  }
}

TEST(Result, AnUnexaminedRefusalThrows) {
  const result<int> refused = errc::room_full;
  EXPECT_FALSE(refused);
  EXPECT_THROW(static_cast<void>(refused.value()), std::logic_error);
}

}  // namespace
}  // namespace colo
