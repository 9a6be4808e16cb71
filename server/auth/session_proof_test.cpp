// Which session a request belongs to: every cookie of the name is tried, and a token alone is not
// sufficient.
#include <algorithm>

#include "auth/session_table_fixture.hpp"

namespace colo {
namespace {

using SessionProofTest = SessionTableTest;

bool runs(const Spent& spent) {
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

TEST_F(SessionProofTest, ASecretOfAnotherSessionIsRefused) {
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

TEST_F(SessionProofTest, EachSessionHasItsOwnSecretOf128Bits) {
  const auto one = open(ana_);
  const auto two = open(ana_);
  EXPECT_EQ(secret_of(one).size(), 22u);
  EXPECT_NE(secret_of(one), secret_of(two));
}

TEST_F(SessionProofTest, OurCookieIsFoundAmongManyInAnyOrder) {
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

TEST_F(SessionProofTest, TheReplyToSigningOutIsRepeatedOnlyWithTheSecret) {
  const auto token = open(ana_);
  const auto granted = std::get<Granted>(*spend(token, "logout"));
  sessions_.end(granted.session, Ending::signed_out);
  sessions_.answer(granted.session, "logout", {204, "", "", true, {}});
  EXPECT_EQ(code_of(spend_with({{token}, ""}, "logout")), errc::signed_out);
  EXPECT_EQ(code_of(spend_with({{token}, "guessed"}, "logout")), errc::signed_out);
  EXPECT_TRUE(std::holds_alternative<Reply>(*spend(token, "logout")));
}

TEST_F(SessionProofTest, ALostReplyIsRepeatedOnlyWithTheSecret) {
  const auto token = open(ana_);
  const auto next = run(token, "first");
  EXPECT_EQ(code_of(spend_with({{token}, ""}, "first")), errc::signed_out);
  EXPECT_EQ(std::get<Reply>(*spend(token, "first")).next_token, next);
}

TEST_F(SessionProofTest, ATicketIsForABrowserThatHoldsItsSessionOrNone) {
  const auto ben = open(ben_);
  const auto ana = open(ana_);
  const auto session = session_of(ana, "ticket");
  std::uint64_t sockets = 0;
  const auto redeems = [&](std::vector<std::string> tokens) {
    const auto ticket = *sessions_.issue_ticket(session);
    return sessions_.redeem(ticket, tokens, {0, ++sockets}, [](Ending) {}).has_value();
  };
  EXPECT_TRUE(redeems({}));
  EXPECT_TRUE(redeems({"junk", ""}));
  EXPECT_TRUE(redeems({ana}));
  EXPECT_TRUE(redeems({ben, ana}));
  EXPECT_TRUE(redeems({ana, ben}));
  EXPECT_FALSE(redeems({ben}));
  EXPECT_FALSE(redeems({"junk", ben}));
}

TEST_F(SessionProofTest, ATicketThatAnotherSessionSendsStaysValid) {
  const auto ben = open(ben_);
  const auto session = session_of(open(ana_), "ticket");
  const auto ticket = *sessions_.issue_ticket(session);
  EXPECT_FALSE(sessions_.redeem(ticket, {ben}, {0, 1}, [](Ending) {}));
  EXPECT_TRUE(sessions_.redeem(ticket, {}, {0, 2}, [](Ending) {}));
}

}  // namespace
}  // namespace colo
