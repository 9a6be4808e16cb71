#include "auth/token.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

TEST(Token, VerifyGivesTheSignedClaims) {
  const TokenKey key;
  const auto session = random_session_id();
  const auto claims = key.verify(key.sign({session, 7, 1'790'000'000}));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->session, session);
  EXPECT_EQ(claims->seq, 7u);
  EXPECT_EQ(claims->expires_s, 1'790'000'000);
}

TEST(Token, OfAnotherKeyIsRefused) {
  const TokenKey before_restart;
  const TokenKey after_restart;
  EXPECT_FALSE(after_restart.verify(before_restart.sign({random_session_id(), 1, 1'790'000'000})));
}

TEST(Token, ChangedAnywhereIsRefused) {
  const TokenKey key;
  const auto token = key.sign({random_session_id(), 1, 1'790'000'000});
  const auto signature = token.rfind('.');
  for (std::size_t i = 0; i < token.size(); ++i) {
    // The last character of base64url may hold unused bits.
    if (i == token.size() - 1 || token[i] == '.') continue;
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(key.verify(changed)) << "at " << i;
  }
  EXPECT_FALSE(key.verify(token.substr(0, signature + 1)));
  EXPECT_FALSE(key.verify(""));
  EXPECT_FALSE(key.verify("..."));
}

TEST(Token, WithoutASignatureIsRefused) {
  const TokenKey key;
  // {"alg":"none"} . {"sid":"00…","seq":1,"exp":9999999999} .
  EXPECT_FALSE(
      key.verify("eyJhbGciOiJub25lIn0."
                 "eyJzaWQiOiIwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCIsInNlcSI6MSwiZXhwIjo5OTk5O"
                 "Tk5OTk5fQ."));
}

TEST(Token, RandomTextIsUrlSafeAndDiffers) {
  const auto text = random_text(24);
  EXPECT_EQ(text.size(), 32u);
  EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
  EXPECT_NE(text, random_text(24));
}

}  // namespace
}  // namespace colo
