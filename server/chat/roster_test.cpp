#include "chat/roster.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace colo {
namespace {

using namespace std::chrono_literals;

class RosterTest : public testing::Test {
 protected:
  static User person(std::int64_t number) {
    return {{number}, "p" + std::to_string(number), false};
  }
  static ConnectionId connection(std::int64_t number) {
    return {0, static_cast<std::uint64_t>(number)};
  }
  void enter(std::int64_t number) {
    ASSERT_TRUE(roster_.admit(person(number), connection(number)));
  }
  void leave(std::int64_t number, Departure how = Departure::clean) {
    roster_.leave({number}, connection(number), how);
  }
  // What was published since the last call.
  std::vector<v1::ServerFrame> published() { return std::exchange(frames_, {}); }
  std::vector<std::string> notices() {
    std::vector<std::string> notices;
    for (const auto& frame : published()) {
      const auto& presence = frame.presence();
      if (presence.user().empty())
        notices.push_back(std::to_string(presence.occupancy()));
      else
        notices.push_back(presence.user() +
                          (presence.change() == v1::CHANGE_JOINED ? " joined" : " left"));
    }
    return notices;
  }

  using Notices = std::vector<std::string>;

  ManualClock clock_;
  RoomSpec spec_{{"den"}, "The Den", "", true, 100'000, {}};
  std::vector<v1::ServerFrame> frames_;
  int changes_ = 0;
  Roster roster_{spec_, clock_,
                 [this](const SharedFrame& frame, const std::vector<ConnectionId>&) {
                   frames_.emplace_back();
                   ASSERT_TRUE(frames_.back().ParseFromString(std::string(frame->payload())));
                 },
                 [this] { ++changes_; }};
};

TEST_F(RosterTest, PeopleJoinWithTheirFirstConnectionAndLeaveWithTheirLast) {
  enter(1);
  ASSERT_TRUE(roster_.admit(person(1), connection(2)));
  EXPECT_EQ(roster_.occupancy(), 1u);
  EXPECT_EQ(notices(), Notices{"p1 joined"});
  leave(1);
  EXPECT_EQ(roster_.occupancy(), 1u);
  roster_.leave({1}, connection(2), Departure::clean);
  EXPECT_TRUE(roster_.empty());
  EXPECT_EQ(notices(), Notices{"p1 left"});
  EXPECT_EQ(changes_, 2);
}

TEST_F(RosterTest, ADroppedPlaceIsKeptUntilTheGraceIsOver) {
  enter(1);
  leave(1, Departure::dropped);
  clock_.advance(limits::dropped_connection_grace - 1s);
  roster_.sweep();
  EXPECT_EQ(roster_.occupancy(), 1u);
  clock_.advance(1s);
  roster_.sweep();
  EXPECT_TRUE(roster_.empty());
}

TEST_F(RosterTest, AnAdmissionThatIsUndoneKeepsAPlaceNoLonger) {
  enter(1);
  leave(1, Departure::dropped);
  clock_.advance(limits::dropped_connection_grace - 1s);
  const auto admitted = roster_.admit(person(1), connection(2));
  ASSERT_TRUE(admitted);
  roster_.undo(*admitted, {1}, connection(2));
  clock_.advance(1s);
  roster_.sweep();
  EXPECT_TRUE(roster_.empty());
}

TEST_F(RosterTest, BeyondTheBoundOfRememberedNoticesOnlyTheNumberOfPeopleIsPublished) {
  const auto people = static_cast<std::int64_t>(limits::noticed_people_max);
  for (std::int64_t i = 1; i <= people; ++i) {
    enter(i);
    leave(i);
  }
  EXPECT_EQ(published().size(), 2 * limits::noticed_people_max);
  enter(people + 1);
  EXPECT_TRUE(published().empty());
  roster_.set_pen({people + 1}, connection(people + 1), true);
  EXPECT_TRUE(published().empty());
  roster_.sweep();
  EXPECT_EQ(notices(), Notices{"1"});
  // The earlier ones are forgotten after a while, and names are published again.
  clock_.advance(1min);
  roster_.sweep();
  enter(people + 2);
  EXPECT_EQ(notices(), Notices{"p" + std::to_string(people + 2) + " joined"});
}

TEST_F(RosterTest, OfRemovedAccountsTheLatestAreRefused) {
  const auto accounts = static_cast<std::int64_t>(limits::removed_accounts_max);
  for (std::int64_t i = 1; i <= accounts + 1; ++i) roster_.remove_account({i});
  EXPECT_TRUE(roster_.admit(person(1), connection(1)));  // the earliest was forgotten
  EXPECT_EQ(roster_.admit(person(2), connection(2)).error().code, errc::signed_out);
  EXPECT_EQ(roster_.admit(person(accounts + 1), connection(3)).error().code, errc::signed_out);
  clock_.advance(limits::removed_account_time);
  roster_.sweep();
  EXPECT_TRUE(roster_.admit(person(2), connection(2)));
}

TEST_F(RosterTest, NothingOfARemovedAccountIsPublishedLater) {
  enter(1);
  for (int i = 0; i < 20; ++i) {
    leave(1);
    enter(1);
  }
  published();
  roster_.remove_account({1});
  EXPECT_EQ(notices(), Notices{"p1 left"});
  clock_.advance(1min);
  roster_.sweep();
  EXPECT_TRUE(published().empty());
}

}  // namespace
}  // namespace colo
