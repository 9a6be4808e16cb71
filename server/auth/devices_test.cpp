// Listing and ending the sessions of a person.
#include "auth/session_table_fixture.hpp"
#include "domain/limits.hpp"

namespace colo {
namespace {

using DevicesTest = SessionTableTest;

TEST_F(DevicesTest, AreListedNewestFirst) {
  const auto phone = session_of(open(ana_, "Safari on iPhone"), "phone");
  clock_.advance(90s);
  const auto laptop = session_of(open(ana_, "Firefox on Windows"), "laptop");
  open(ben_);
  clock_.advance(10s);
  sessions_.touch(phone);
  open_socket(laptop, 1);
  open_socket(laptop, 2);
  clock_.advance(5s);
  const auto list = sessions_.list(ana_.id, phone);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].device, "Firefox on Windows");
  EXPECT_FALSE(list[0].current);
  EXPECT_EQ(list[0].signed_in, 15s);
  EXPECT_EQ(list[0].idle, 15s);
  EXPECT_EQ(list[0].pages, 2u);
  EXPECT_EQ(list[1].device, "Safari on iPhone");
  EXPECT_TRUE(list[1].current);
  EXPECT_EQ(list[1].signed_in, 105s);
  EXPECT_EQ(list[1].idle, 5s);
  EXPECT_EQ(list[1].pages, 0u);
  EXPECT_NE(list[0].id, list[1].id);
}

TEST_F(DevicesTest, AnOverdueOneIsNotListed) {
  open(ana_);
  clock_.advance(30min);  // sweep() has not run
  const auto session = session_of(open(ana_), "new");
  EXPECT_EQ(sessions_.list(ana_.id, session).size(), 1u);
}

TEST_F(DevicesTest, RevokingAnotherOneDoesNotKeepItsReply) {
  const auto mine = session_of(open(ana_), "mine");
  const auto token = open(ana_);
  const auto other = session_of(token, "other");
  const auto socket = open_socket(other, 1);
  const auto id = sessions_.list(ana_.id, mine)[0].id;
  EXPECT_EQ(sessions_.end_one(ben_.id, id, mine).error().code, errc::no_such_session);
  EXPECT_EQ(sessions_.end_one(ana_.id, "made up", mine).error().code, errc::no_such_session);
  EXPECT_FALSE(socket->has_value());
  EXPECT_FALSE(sessions_.end_one(ana_.id, id, mine).value());
  EXPECT_EQ(*socket, Ending::revoked);
  EXPECT_EQ(code_of(spend(token, "other")), errc::signed_out);
  EXPECT_EQ(sessions_.end_one(ana_.id, id, mine).error().code, errc::no_such_session);
}

TEST_F(DevicesTest, EndingOnesOwnKeepsItsReply) {
  const auto token = open(ana_);
  const auto mine = session_of(token, "leave");
  const auto socket = open_socket(mine, 1);
  EXPECT_TRUE(sessions_.end_one(ana_.id, sessions_.list(ana_.id, mine)[0].id, mine).value());
  EXPECT_EQ(*socket, Ending::signed_out);
  sessions_.answer(mine, "leave", {204, "", "", true, {}});
  EXPECT_TRUE(std::get<Reply>(*spend(token, "leave")).signs_out);
}

TEST_F(DevicesTest, AllCanBeEndedInOneCall) {
  const auto token = open(ana_);
  const auto mine = session_of(token, "leave");
  const auto other = open(ana_);
  const auto socket = open_socket(session_of(other, "other"), 1);
  const auto stranger = open(ben_);
  sessions_.end_all(ana_.id, mine);
  sessions_.answer(mine, "leave", {204, "", "", true, {}});
  EXPECT_EQ(*socket, Ending::revoked);
  EXPECT_EQ(code_of(spend(other, "other")), errc::signed_out);
  EXPECT_TRUE(std::get<Reply>(*spend(token, "leave")).signs_out);
  EXPECT_TRUE(sessions_.list(ana_.id, mine).empty());
  run(stranger, "still here");
}

TEST_F(DevicesTest, ANewPasswordEndsTheOthersAndRefusesOlderSignIns) {
  const auto mine = open(ana_);
  const auto granted = std::get<Granted>(*spend(mine, "change"));
  const auto other = session_of(open(ana_), "other");
  const auto socket = open_socket(other, 1);
  sessions_.change_password(ana_.id, {2}, granted.session);
  EXPECT_EQ(*socket, Ending::password_changed);
  EXPECT_EQ(sessions_.open(ana_, {1}, "late").error().code, errc::bad_credentials);
  EXPECT_TRUE(sessions_.open(ana_, {2}, "new"));
  EXPECT_TRUE(sessions_.open(ben_, {1}, "somebody else's"));
  run(granted.next_token, "still here");
  // Reported again, and late: sessions of the new password stay.
  sessions_.change_password(ana_.id, {2}, std::nullopt);
  sessions_.change_password(ana_.id, {1}, std::nullopt);
  EXPECT_EQ(sessions_.list(ana_.id, granted.session).size(), 2u);
  EXPECT_EQ(sessions_.open(ana_, {1}, "late").error().code, errc::bad_credentials);
}

TEST_F(DevicesTest, ADeletedAccountHasNoSessions) {
  const auto token = open(ana_);
  const auto mine = session_of(token, "leave");
  const auto socket = open_socket(mine, 1);
  const auto other = open_socket(session_of(open(ana_), "other"), 2);
  sessions_.forget_user(ana_.id, mine);
  sessions_.answer(mine, "leave", {204, "", "", true, {}});
  EXPECT_EQ(*socket, Ending::account_deleted);
  EXPECT_EQ(*other, Ending::account_deleted);
  EXPECT_TRUE(std::get<Reply>(*spend(token, "leave")).signs_out);
  EXPECT_EQ(sessions_.open(ana_, {1}, "late").error().code, errc::bad_credentials);
}

TEST_F(DevicesTest, BeyondTheBoundOfAPersonTheMostIdleEnds) {
  const auto first = session_of(open(ana_), "first");
  std::optional<SessionId> second;
  for (std::size_t i = 1; i < limits::sessions_per_person_max; ++i) {
    clock_.advance(1s);
    const auto id = session_of(open(ana_), "more");
    if (i == 1) second = id;
  }
  clock_.advance(1s);
  sessions_.touch(first);
  const auto socket = open_socket(*second, 1);
  const auto newest = session_of(open(ana_), "newest");
  EXPECT_EQ(*socket, Ending::revoked);
  EXPECT_EQ(sessions_.list(ana_.id, newest).size(), limits::sessions_per_person_max);
  EXPECT_TRUE(sessions_.issue_ticket(first));
}

TEST_F(DevicesTest, ASessionCarriesNoRights) {
  const auto granted = std::get<Granted>(*spend(open({{3}, "Cleo", true}), "request"));
  EXPECT_FALSE(granted.user.admin);
  const auto ticket = sessions_.issue_ticket(granted.session);
  EXPECT_FALSE(sessions_.redeem(*ticket, {}, {0, 1}, [](Ending) {})->user.admin);
}

}  // namespace
}  // namespace colo
