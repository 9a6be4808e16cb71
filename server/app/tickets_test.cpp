// Tickets for WebSockets: valid once, for 15 seconds, and only in the browser they were issued to.
#include <gtest/gtest.h>

#include "app/app_fixture.hpp"

namespace colo {
namespace {

using namespace app_fixture;
using namespace std::chrono_literals;

class Tickets : public testing::Test {
 protected:
  Tickets() : ana_(server_.port()), ben_(server_.port()) {
    ana_.register_as("Ana");
    ben_.register_as("Ben");
  }

  // The user of Welcome on a new WebSocket.
  std::optional<std::string> welcomed(const std::string& ticket, const std::string& token) {
    return Line(server_.port(), token).hello(ticket);
  }

  Server server_;
  Caller ana_;
  Caller ben_;
};

TEST_F(Tickets, WorkOnce) {
  const auto ticket = ana_.ticket();
  Line line(server_.port(), ana_.token);
  EXPECT_EQ(line.hello(ticket), "Ana");
  EXPECT_EQ(welcomed(ticket, ana_.token), std::nullopt);
}

TEST_F(Tickets, ExpireAfterFifteenSeconds) {
  const auto in_time = ana_.ticket();
  server_.advance(14'999ms);
  EXPECT_EQ(welcomed(in_time, ana_.token), "Ana");
  const auto late = ana_.ticket();
  server_.advance(15s);
  EXPECT_EQ(welcomed(late, ana_.token), std::nullopt);
  ana_.expect(200, {"GET", "/api/me", ""});
}

TEST_F(Tickets, OfAnotherPersonAreRefusedAndStillWorkForTheirOwner) {
  const auto ticket = ana_.ticket();
  EXPECT_EQ(welcomed(ticket, ben_.token), std::nullopt);
  EXPECT_EQ(welcomed(ticket, ana_.token), "Ana");
}

TEST_F(Tickets, AreSufficientWithoutACookie) {
  EXPECT_EQ(welcomed(ana_.ticket(), ""), "Ana");
  EXPECT_EQ(welcomed(ana_.ticket(), "of a server that was restarted"), "Ana");
}

TEST_F(Tickets, OfAnotherDeviceAreRefused) {
  Caller tablet(server_.port());
  tablet.name = ana_.name;
  tablet.sign_in();
  EXPECT_EQ(welcomed(ana_.ticket(), tablet.token), std::nullopt);
}

TEST_F(Tickets, OfASessionThatEndedAreRefused) {
  const auto ticket = ana_.ticket();
  const auto token = ana_.token;
  ana_.expect(204, {"POST", "/api/logout", ""});
  EXPECT_EQ(welcomed(ticket, token), std::nullopt);
  ana_.sign_in();
  EXPECT_EQ(welcomed(ticket, ana_.token), std::nullopt);
}

TEST_F(Tickets, WorkAfterAnotherTabSpentTheToken) {
  const auto ticket = ana_.ticket();
  const auto token = ana_.token;
  ana_.expect(200, {"GET", "/api/me", ""});
  EXPECT_EQ(welcomed(ticket, token), "Ana");
}

TEST_F(Tickets, ThatWereNeverIssuedAreRefused) {
  for (const std::string ticket : {"", "x", "00000000000000000000000000000000"})
    EXPECT_EQ(welcomed(ticket, ana_.token), std::nullopt);
}

}  // namespace
}  // namespace colo
