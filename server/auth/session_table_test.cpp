#include "auth/session_table_fixture.hpp"
#include "domain/limits.hpp"

namespace colo {
namespace {

TEST_F(SessionTableTest, ATokenRunsOneRequestAndIsReplaced) {
  auto token = open(ana_);
  for (int i = 0; i < 20; ++i) {
    const auto next = run(token, "request-" + std::to_string(i));
    EXPECT_NE(next, token);
    token = next;
  }
}

TEST_F(SessionTableTest, ALostReplyIsRepeatedAndNothingRuns) {
  const auto token = open(ana_);
  const auto next = run(token, "first");
  for (const auto wait : {0min, 5min, 20min}) {
    clock_.advance(wait);
    const auto again = spend(token, "first");
    ASSERT_TRUE(again && std::holds_alternative<Reply>(*again));
    EXPECT_EQ(std::get<Reply>(*again).body, "reply to first");
    EXPECT_EQ(std::get<Reply>(*again).next_token, next);
  }
  run(next, "second");
}

TEST_F(SessionTableTest, ARequestWhoseTokenArrivedAndWhoseReplyDidNotRunsOnce) {
  const auto next = run(open(ana_), "killed");
  const auto again = spend(next, "killed");
  ASSERT_TRUE(again && std::holds_alternative<Reply>(*again));
  EXPECT_EQ(std::get<Reply>(*again).next_token, next);
  // The token was not spent by that.
  EXPECT_NE(run(next, "goes on"), next);
}

TEST_F(SessionTableTest, ADuplicateWaitsForTheReply) {
  const auto token = open(ana_);
  const auto first = spend(token, "same");
  const auto duplicate = begin(token, "same");
  const auto third = begin(token, "same");
  EXPECT_FALSE(duplicate->has_value());
  const auto& granted = std::get<Granted>(*first);
  sessions_.answer(granted.session, "same", {201, "made", granted.next_token, false, {}});
  loop_.restart();
  loop_.poll();
  ASSERT_TRUE(duplicate->has_value() && third->has_value());
  EXPECT_EQ(std::get<Reply>(***duplicate).body, "made");
  EXPECT_EQ(std::get<Reply>(***third).next_token, granted.next_token);
}

TEST_F(SessionTableTest, TheSameKeyForAnotherRequestIsRefused) {
  const auto token = open(ana_);
  const auto next = run(token, "first");
  EXPECT_EQ(code_of(spend(token, "first", "another body")), errc::idempotency_mismatch);
  run(next, "second");
}

TEST_F(SessionTableTest, ALateTabMustRetry) {
  const auto token = open(ana_);
  const auto next = run(token, "quick tab");
  clock_.advance(9s);
  EXPECT_EQ(code_of(spend(token, "late tab")), errc::token_spent);
  run(next, "late tab");
}

TEST_F(SessionTableTest, TheGraceTimeOfALateTabBeginsWithTheReply) {
  const auto token = open(ana_);
  const auto slow = spend(token, "slow");
  const auto& granted = std::get<Granted>(*slow);
  clock_.advance(1min);
  EXPECT_EQ(code_of(spend(token, "other")), errc::token_spent);
  sessions_.answer(granted.session, "slow", {200, "at last", granted.next_token, false, {}});
  clock_.advance(9s);
  EXPECT_EQ(code_of(spend(token, "other")), errc::token_spent);
  EXPECT_EQ(std::get<Reply>(*spend(token, "slow")).body, "at last");
  clock_.advance(1s);
  EXPECT_EQ(code_of(spend(token, "other")), errc::token_replayed);
}

TEST_F(SessionTableTest, ATokenSpentLongAgoEndsTheSession) {
  const auto token = open(ana_);
  const auto next = run(token, "first");
  clock_.advance(11s);
  EXPECT_EQ(code_of(spend(token, "thief")), errc::token_replayed);
  EXPECT_EQ(code_of(spend(next, "owner")), errc::signed_out);
}

TEST_F(SessionTableTest, ALateDuplicateRunsNothingAndEndsNothing) {
  const auto first = open(ana_);
  const auto second = run(first, "first");
  auto token = second;
  for (int i = 0; i < 5; ++i) token = run(token, "quicker-" + std::to_string(i));
  clock_.advance(9s);
  EXPECT_EQ(code_of(spend(first, "first")), errc::token_spent);
  token = run(token, "goes on");
  // But not after the grace time.
  clock_.advance(1s);
  EXPECT_EQ(code_of(spend(first, "first")), errc::token_replayed);
  EXPECT_EQ(code_of(spend(token, "owner")), errc::signed_out);
}

TEST_F(SessionTableTest, AnOlderTokenWithTheKeyOfAnotherRequestEndsItsSession) {
  for (const auto& [key, body] : {std::pair{"second", ""}, std::pair{"first", "another body"}}) {
    const auto first = open(ana_);
    const auto token = run(run(run(first, "first"), "second"), "third");
    EXPECT_EQ(code_of(spend(first, key, body)), errc::token_replayed);
    EXPECT_EQ(code_of(spend(token, "owner")), errc::signed_out);
  }
}

TEST_F(SessionTableTest, AnOlderTokenEndsItsSessionAndNoOther) {
  const auto stolen = open(ana_);
  const auto other_device = open(ana_);
  auto token = run(stolen, "first");
  const auto session = session_of(token, "second");
  const auto socket = open_socket(session, 1);
  EXPECT_EQ(code_of(spend(stolen, "thief")), errc::token_replayed);
  EXPECT_EQ(*socket, Ending::replayed);
  run(other_device, "still here");
}

TEST_F(SessionTableTest, TwoSimultaneousRequestsNeverBothRun) {
  auto token = open(ana_);
  for (int round = 0; round < 200; ++round) {
    const auto one = spend(token, "one-" + std::to_string(round));
    const auto two = spend(token, "two-" + std::to_string(round));
    ASSERT_TRUE(one);
    ASSERT_EQ(code_of(two), errc::token_spent);
    const auto& granted = std::get<Granted>(*one);
    sessions_.answer(granted.session, "one-" + std::to_string(round),
                     {200, "", granted.next_token, false, {}});
    token = granted.next_token;
  }
}

TEST_F(SessionTableTest, OnlyThePersonRestartsTheIdleTimeout) {
  auto token = open(ana_);
  const auto session = session_of(token, "ticket");
  const auto socket = open_socket(session, 1);
  clock_.advance(20min);
  sessions_.touch(session);
  clock_.advance(20min);
  sessions_.sweep();
  EXPECT_FALSE(socket->has_value());
  clock_.advance(10min);
  sessions_.sweep();
  EXPECT_EQ(*socket, Ending::idle);
}

TEST_F(SessionTableTest, SpendingTokensDoesNotRestartTheIdleTimeout) {
  auto token = open(ana_);
  for (int i = 0; i < 5; ++i) {
    clock_.advance(6min);
    if (i < 4) token = run(token, "reconnect-" + std::to_string(i));
  }
  EXPECT_EQ(code_of(spend(token, "too late")), errc::signed_out);
}

TEST_F(SessionTableTest, ASessionEndsWhenItsLifetimeIsOver) {
  const auto token = open(ana_);
  const auto session = session_of(token, "ticket");
  const auto socket = open_socket(session, 1);
  for (int i = 0; i < 72; ++i) {
    clock_.advance(20min);
    sessions_.touch(session);
  }
  sessions_.sweep();
  EXPECT_EQ(*socket, Ending::expired);
}

TEST_F(SessionTableTest, ATicketOpensOneSocketWithinItsTime) {
  const auto token = open(ana_);
  const auto session = session_of(token, "ticket");
  const auto ticket = sessions_.issue_ticket(session);
  ASSERT_TRUE(ticket);
  const auto signed_in = sessions_.redeem(*ticket, {}, {0, 1}, [](Ending) {});
  ASSERT_TRUE(signed_in);
  EXPECT_EQ(signed_in->user.name, "Ana");
  EXPECT_FALSE(sessions_.redeem(*ticket, {}, {0, 2}, [](Ending) {}));
  EXPECT_FALSE(sessions_.redeem("made up", {}, {0, 3}, [](Ending) {}));
  const auto late = sessions_.issue_ticket(session);
  clock_.advance(15s);
  EXPECT_FALSE(sessions_.redeem(*late, {}, {0, 4}, [](Ending) {}));
}

TEST_F(SessionTableTest, TheSocketsOfASessionAreBounded) {
  const auto session = session_of(open(ana_), "ticket");
  for (std::uint64_t i = 1; i <= limits::sockets_per_session_max; ++i) open_socket(session, i);
  const auto ticket = sessions_.issue_ticket(session);
  EXPECT_EQ(sessions_.redeem(*ticket, {}, {0, 99}, [](Ending) {}).error().code, errc::flooding);
  sessions_.forget_socket(session, {0, 1});
  open_socket(session, 99);
}

TEST_F(SessionTableTest, SigningOutClosesSocketsAndInvalidatesTokenAndTickets) {
  const auto token = open(ana_);
  const auto granted = std::get<Granted>(*spend(token, "first"));
  const auto socket = open_socket(granted.session, 1);
  const auto gone = open_socket(granted.session, 2);
  sessions_.forget_socket(granted.session, {0, 2});
  const auto ticket = sessions_.issue_ticket(granted.session);
  sessions_.end(granted.session, Ending::signed_out);
  EXPECT_EQ(*socket, Ending::signed_out);
  EXPECT_FALSE(gone->has_value());
  EXPECT_EQ(code_of(spend(granted.next_token, "after")), errc::signed_out);
  EXPECT_FALSE(sessions_.redeem(*ticket, {}, {0, 3}, [](Ending) {}));
  EXPECT_FALSE(sessions_.issue_ticket(granted.session));
}

TEST_F(SessionTableTest, ADuplicateDoesNotWaitForAnEndedSession) {
  const auto token = open(ana_);
  const auto granted = std::get<Granted>(*spend(token, "same"));
  const auto duplicate = begin(token, "same");
  sessions_.end(granted.session, Ending::idle);
  loop_.restart();
  loop_.poll();
  ASSERT_TRUE(duplicate->has_value());
  EXPECT_FALSE(**duplicate);
}

TEST_F(SessionTableTest, TheReplyToSigningOutOutlivesTheSession) {
  const auto token = open(ana_);
  const auto granted = std::get<Granted>(*spend(token, "logout"));
  const auto duplicate = begin(token, "logout");
  sessions_.end(granted.session, Ending::signed_out);
  sessions_.answer(granted.session, "logout", {204, "", "", true, {}});
  loop_.restart();
  loop_.poll();
  ASSERT_TRUE(duplicate->has_value());
  EXPECT_TRUE(std::get<Reply>(***duplicate).signs_out);
  EXPECT_TRUE(std::get<Reply>(*spend(token, "logout")).signs_out);
  EXPECT_EQ(code_of(spend(token, "other")), errc::signed_out);
  EXPECT_EQ(code_of(spend(token, "logout", "another body")), errc::signed_out);
  clock_.advance(30min);
  sessions_.sweep();
  EXPECT_EQ(code_of(spend(token, "logout")), errc::signed_out);
}

std::shared_ptr<Budget> budget_on_a_new_socket(SessionTable& sessions, SessionId session,
                                               std::uint64_t number) {
  const auto ticket = sessions.issue_ticket(session);
  return sessions.redeem(*ticket, {}, {0, number}, [](Ending) {})->budget;
}

TEST_F(SessionTableTest, AllSocketsOfAPersonHaveOneBudgetAndOthersHaveAnother) {
  const auto phone = session_of(open(ana_), "phone");
  const auto laptop = session_of(open(ana_), "laptop");
  const auto others = session_of(open(ben_), "other");
  const auto budget = budget_on_a_new_socket(sessions_, phone, 1);
  EXPECT_EQ(budget_on_a_new_socket(sessions_, phone, 2), budget);
  EXPECT_EQ(budget_on_a_new_socket(sessions_, laptop, 3), budget);
  EXPECT_NE(budget_on_a_new_socket(sessions_, others, 4), budget);
}

TEST_F(SessionTableTest, SigningInAgainDoesNotRefillTheBudget) {
  const auto session = session_of(open(ana_), "ticket");
  const auto now = clock_.now();
  auto budget = budget_on_a_new_socket(sessions_, session, 1);
  budget->spend(10s, now);
  budget.reset();
  sessions_.forget_socket(session, {0, 1});
  sessions_.end(session, Ending::signed_out);
  sessions_.sweep();
  const auto again = session_of(open(ana_), "again");
  EXPECT_GT(budget_on_a_new_socket(sessions_, again, 2)->spend(0ns, now), now + 90s);
  sessions_.end(again, Ending::signed_out);
  clock_.advance(200s);
  sessions_.sweep();
  const auto later = session_of(open(ana_), "later");
  EXPECT_TRUE(budget_on_a_new_socket(sessions_, later, 3)->full(now));
}

TEST_F(SessionTableTest, BeyondTheBoundOfTicketsTheOldestIsRemoved) {
  const auto session = session_of(open(ana_), "ticket");
  std::vector<std::string> tickets;
  for (std::size_t i = 0; i <= limits::tickets_per_session_max; ++i)
    tickets.push_back(*sessions_.issue_ticket(session));
  EXPECT_FALSE(sessions_.redeem(tickets[0], {}, {0, 1}, [](Ending) {}));
  EXPECT_TRUE(sessions_.redeem(tickets[1], {}, {0, 2}, [](Ending) {}));
  EXPECT_TRUE(sessions_.redeem(tickets.back(), {}, {0, 3}, [](Ending) {}));
}

TEST_F(SessionTableTest, TheSocketsOfAPersonAreBoundedOverAllDevices) {
  std::uint64_t opened = 0;
  while (opened < limits::sockets_per_person_max) {
    const auto session = session_of(open(ana_), "device-" + std::to_string(opened));
    for (std::size_t i = 0; i < limits::sockets_per_session_max; ++i)
      open_socket(session, ++opened);
  }
  const auto one_more = session_of(open(ana_), "one-more-device");
  const auto ticket = sessions_.issue_ticket(one_more);
  EXPECT_EQ(sessions_.redeem(*ticket, {}, {0, opened + 1}, [](Ending) {}).error().code,
            errc::flooding);
  open_socket(session_of(open(ben_), "others"), opened + 2);
}

TEST_F(SessionTableTest, OnlyTheLastTokenOfAnOpenSessionIsCurrentAndCheckingSpendsNothing) {
  const auto first = open(ana_);
  const auto secret = secret_of(first);
  const auto current = [&](const std::string& token) {
    return sessions_.is_current({{token}, secret});
  };
  EXPECT_TRUE(current(first));
  EXPECT_TRUE(current(first));
  EXPECT_FALSE(sessions_.is_current({{first}, ""}));
  EXPECT_FALSE(sessions_.is_current({{first}, secret_of(open(ben_))}));
  const auto second = run(first, "a request");
  EXPECT_FALSE(current(first));
  EXPECT_TRUE(current(second));
  for (const auto* token : {"", "junk", "a.b.c"}) EXPECT_FALSE(current(token));
  sessions_.end_all(ana_.id, {});
  EXPECT_FALSE(current(second));
}

TEST_F(SessionTableTest, BeyondTheBoundInAllNoSessionIsOpened) {
  SessionTable small({30min, 24h}, clock_, {.sessions_max = 2});
  const User cleo{{3}, "Cleo", false};
  ASSERT_TRUE(small.open(ana_, {1}, "phone"));
  clock_.advance(1min);
  ASSERT_TRUE(small.open(ben_, {1}, "phone"));
  EXPECT_EQ(small.open(cleo, {1}, "phone").error().code, errc::busy);
  EXPECT_EQ(small.open(ana_, {1}, "laptop").error().code, errc::busy);
  clock_.advance(29min);
  small.sweep();
  EXPECT_TRUE(small.open(cleo, {1}, "phone"));
}

TEST_F(SessionTableTest, AClosedSessionThatWasEvictedRunsNothing) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i <= limits::closed_sessions_per_person_max; ++i) {
    tokens.push_back(open(ana_));
    const auto session = session_of(tokens.back(), "logout");
    sessions_.end(session, Ending::signed_out);
    sessions_.answer(session, "logout", {204, "", "", true, {}});
  }
  EXPECT_EQ(code_of(spend(tokens[0], "logout")), errc::signed_out);
  EXPECT_EQ(code_of(spend(tokens[0], "other")), errc::signed_out);
  EXPECT_TRUE(std::get<Reply>(*spend(tokens[1], "logout")).signs_out);
}

}  // namespace
}  // namespace colo
