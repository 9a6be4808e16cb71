#include "auth/token.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

TEST(Token, SaysAgainWhatWasSigned) {
  const TokenKey key;
  const auto session = random_session_id();
  const auto claims = key.verify(key.sign({session, 7, 1'790'000'000}));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->session, session);
  EXPECT_EQ(claims->seq, 7u);
  EXPECT_EQ(claims->expires_s, 1'790'000'000);
}

TEST(Token, OfAnotherKeyIsWorthless) {
  const TokenKey before_restart;
  const TokenKey after_restart;
  EXPECT_FALSE(after_restart.verify(before_restart.sign({random_session_id(), 1, 1'790'000'000})));
}

TEST(Token, ChangedAnywhereIsWorthless) {
  const TokenKey key;
  const auto token = key.sign({random_session_id(), 1, 1'790'000'000});
  const auto signature = token.rfind('.');
  for (std::size_t i = 0; i < token.size(); ++i) {
    // The last character of base64url may hold bits that count for nothing.
    if (i == token.size() - 1 || token[i] == '.') continue;
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(key.verify(changed)) << "at " << i;
  }
  EXPECT_FALSE(key.verify(token.substr(0, signature + 1)));
  EXPECT_FALSE(key.verify(""));
  EXPECT_FALSE(key.verify("..."));
}

TEST(Token, WithoutASignatureIsWorthless) {
  const TokenKey key;
  // {"alg":"none"} . {"sid":"00…","seq":1,"exp":9999999999} .
  EXPECT_FALSE(
      key.verify("eyJhbGciOiJub25lIn0."
                 "eyJzaWQiOiIwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCIsInNlcSI6MSwiZXhwIjo5OTk5O"
                 "Tk5OTk5fQ."));
}

TEST(Token, TicketsAreUrlSafeAndDiffer) {
  const auto ticket = random_text(24);
  EXPECT_EQ(ticket.size(), 32u);
  EXPECT_EQ(ticket.find_first_of("+/="), std::string::npos);
  EXPECT_NE(ticket, random_text(24));
}

}  // namespace
}  // namespace colo
