#include "auth/tickets.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace colo {
namespace {

using namespace std::chrono_literals;

SessionId session(unsigned char number) {
  SessionId id;
  id.bytes[0] = std::byte{number};
  return id;
}

TEST(Tickets, ATicketIsValidOnceAndForAShortTime) {
  ManualClock clock;
  Tickets tickets(clock);
  const auto ticket = tickets.issue(session(1));
  EXPECT_EQ(tickets.redeem(ticket).value(), session(1));
  EXPECT_EQ(tickets.redeem(ticket).error().code, errc::signed_out);
  EXPECT_EQ(tickets.redeem("made up").error().code, errc::signed_out);
  const auto late = tickets.issue(session(1));
  clock.advance(limits::ticket_time);
  EXPECT_EQ(tickets.redeem(late).error().code, errc::signed_out);
}

TEST(Tickets, BeyondTheBoundOfASessionItsOldestIsRemoved) {
  ManualClock clock;
  Tickets tickets(clock);
  const auto others = tickets.issue(session(2));
  std::vector<std::string> own;
  for (std::size_t i = 0; i <= limits::tickets_per_session_max; ++i)
    own.push_back(tickets.issue(session(1)));
  EXPECT_FALSE(tickets.redeem(own[0]));
  EXPECT_TRUE(tickets.redeem(own[1]));
  EXPECT_TRUE(tickets.redeem(own.back()));
  EXPECT_TRUE(tickets.redeem(others));
}

TEST(Tickets, BeyondTheBoundInAllTheOldestIsRemoved) {
  ManualClock clock;
  Tickets tickets(clock, 3);
  std::vector<std::string> all;
  for (unsigned char i = 0; i < 4; ++i) all.push_back(tickets.issue(session(i)));
  EXPECT_FALSE(tickets.redeem(all[0]));
  for (unsigned char i = 1; i < 4; ++i) EXPECT_EQ(tickets.redeem(all[i]).value(), session(i));
}

TEST(Tickets, UsedAndExpiredTicketsDoNotCountForTheBound) {
  ManualClock clock;
  Tickets tickets(clock, 2);
  ASSERT_TRUE(tickets.redeem(tickets.issue(session(1))));
  tickets.issue(session(2));
  clock.advance(limits::ticket_time);
  tickets.sweep();
  const auto one = tickets.issue(session(3));
  const auto two = tickets.issue(session(4));
  EXPECT_TRUE(tickets.redeem(one));
  EXPECT_TRUE(tickets.redeem(two));
}

TEST(Tickets, ThoseOfAnEndedSessionAreRemoved) {
  ManualClock clock;
  Tickets tickets(clock);
  const auto ended = tickets.issue(session(1));
  const auto others = tickets.issue(session(2));
  tickets.remove_of(session(1));
  EXPECT_FALSE(tickets.redeem(ended));
  EXPECT_TRUE(tickets.redeem(others));
}

TEST(Tickets, TheBrowserHoldsTheTicketsSessionOrNone) {
  ManualClock clock;
  Tickets tickets(clock);
  const auto ticket = tickets.issue(session(1));
  const auto may = [&](std::vector<SessionId> sessions) {
    return tickets.check_bearer(ticket, sessions).has_value();
  };
  EXPECT_TRUE(may({}));
  EXPECT_TRUE(may({session(1)}));
  EXPECT_TRUE(may({session(2), session(1)}));
  EXPECT_FALSE(may({session(2)}));
  EXPECT_TRUE(tickets.redeem(ticket));
}

}  // namespace
}  // namespace colo
