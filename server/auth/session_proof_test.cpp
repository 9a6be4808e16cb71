// Whose a request is: all cookies of the name are looked at, and a token alone opens nothing.
#include <algorithm>

#include "auth/sessions_fixture.hpp"

namespace colo {
namespace {

using SessionProofTest = SessionsTest;

bool runs(const Spending& spent) {
  return spent && std::holds_alternative<Granted>(*spent);
}

TEST_F(SessionProofTest, ATokenWithoutTheSecretSpendsNothingAndEndsNothing) {
  const auto token = open(ana_);
  EXPECT_EQ(code_of(spend_with({{token}, ""}, "thief")), errc::signed_out);
  const auto next = run(token, "owner");
  clock_.advance(20min);
  // Spent, and long ago: with the secret this would end the session.
  EXPECT_EQ(code_of(spend_with({{token}, ""}, "thief")), errc::signed_out);
  EXPECT_EQ(code_of(spend_with({{token}, "guessed"}, "thief")), errc::other_session);
  run(next, "still here");
}

TEST_F(SessionProofTest, ASecretOfAnotherSessionOpensNothing) {
  const auto ana = open(ana_);
  const auto tablet = open(ana_);
  const auto ben = open(ben_);
  EXPECT_EQ(code_of(spend_with({{ana}, secret_of(ben)}, "ben")), errc::other_session);
  EXPECT_EQ(code_of(spend_with({{ana}, secret_of(tablet)}, "tablet")), errc::other_session);
  auto almost = secret_of(ana);
  almost.back() = almost.back() == 'A' ? 'Q' : 'A';
  for (const auto& wrong : {almost, secret_of(ana) + "A", secret_of(ana).substr(1)})
    EXPECT_EQ(code_of(spend_with({{ana}, wrong}, "almost")), errc::other_session) << wrong;
  run(ana, "ana");
  run(ben, "ben");
}

TEST_F(SessionProofTest, EachSessionHasASecretOf128BitsOfItsOwn) {
  const auto one = open(ana_);
  const auto two = open(ana_);
  EXPECT_EQ(secret_of(one).size(), 22u);
  EXPECT_NE(secret_of(one), secret_of(two));
}

TEST_F(SessionProofTest, OfManyCookiesOursIsTakenInAnyOrder) {
  const auto ben = open(ben_);
  const auto ana = open(ana_);
  std::vector<std::string> jar{ana, ben, "junk", "", "a.b.c"};
  std::ranges::sort(jar);
  int round = 0;
  auto token = ana;
  do {
    auto cookies = jar;
    std::ranges::replace(cookies, ana, token);
    const auto rid = "request-" + std::to_string(round++);
    const auto spent = spend_with({cookies, secret_of(ana)}, rid);
    ASSERT_TRUE(runs(spent)) << round;
    const auto& granted = std::get<Granted>(*spent);
    EXPECT_EQ(granted.user.name, "Ana");
    token = granted.next_token;
  } while (std::ranges::next_permutation(jar).found);
  run(ben, "ben");
}

TEST_F(SessionProofTest, AnOlderTokenPlantedBesideTheCurrentOneEndsNothing) {
  for (const bool first : {true, false}) {
    const auto old = open(ana_);
    const auto token = run(run(old, "first"), "second");
    clock_.advance(1min);
    const auto jar = first ? std::vector{old, token} : std::vector{token, old};
    EXPECT_TRUE(runs(spend_with({jar, secret_of(old)}, "third")));
  }
}

TEST_F(SessionProofTest, TheReplyToSigningOutIsGivenAgainOnlyWithTheSecret) {
  const auto token = open(ana_);
  const auto granted = std::get<Granted>(*spend(token, "logout"));
  sessions_.end(granted.session, Ending::signed_out);
  sessions_.answer(granted.session, "logout", {204, "", "", true, {}});
  EXPECT_EQ(code_of(spend_with({{token}, ""}, "logout")), errc::signed_out);
  EXPECT_EQ(code_of(spend_with({{token}, "guessed"}, "logout")), errc::signed_out);
  EXPECT_TRUE(std::holds_alternative<Reply>(*spend(token, "logout")));
}

TEST_F(SessionProofTest, ALostReplyIsGivenAgainOnlyWithTheSecret) {
  const auto token = open(ana_);
  const auto next = run(token, "first");
  EXPECT_EQ(code_of(spend_with({{token}, ""}, "first")), errc::signed_out);
  EXPECT_EQ(std::get<Reply>(*spend(token, "first")).next_token, next);
}

TEST_F(SessionProofTest, ATicketIsForABrowserThatHoldsItsSessionOrNone) {
  const auto ben = open(ben_);
  const auto ana = open(ana_);
  const auto granted = std::get<Granted>(*spend(ana, "ticket"));
  const auto ticket = *sessions_.issue_ticket(granted.session);
  const auto may = [&](std::vector<std::string> tokens) {
    return sessions_.check_bearer(ticket, tokens).has_value();
  };
  EXPECT_TRUE(may({}));
  EXPECT_TRUE(may({"junk", ""}));
  EXPECT_TRUE(may({ana}));
  EXPECT_TRUE(may({ben, ana}));
  EXPECT_TRUE(may({ana, ben}));
  EXPECT_FALSE(may({ben}));
  EXPECT_FALSE(may({"junk", ben}));
}

}  // namespace
}  // namespace colo
