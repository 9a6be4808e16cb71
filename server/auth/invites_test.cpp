#include "auth/invites.hpp"

#include <gtest/gtest.h>

#include "runtime/run_to_end.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

class InvitesTest : public testing::Test {
 protected:
  InvitesTest() { shards_.start(); }
  ~InvitesTest() override { shards_.stop(); }

  Invites with(Registration policy) { return {store_, store_, shards_.first(), policy, clock_}; }
  result<Account> register_person(const std::string& name, const Admission& admission) {
    return run_to_end(store_.create_account(parse_name(name).value(), "a hash", admission));
  }
  static InviteStatus status(Invites& invites, const std::string& code) {
    return run_to_end(invites.look_up(code, "192.0.2.1")).value();
  }
  static errc refusal(Invites& invites, const std::string& code) {
    return run_to_end(invites.admit(code, "192.0.2.1")).error().code;
  }

  TemporaryFolder folder_;
  ManualClock clock_;
  SqliteStore store_{folder_.path() / "colo.db"};
  Shards shards_{1};
};

TEST_F(InvitesTest, WithoutACodeThePolicyDecides) {
  auto open = with(Registration::open);
  EXPECT_TRUE(run_to_end(open.admit("", "192.0.2.1")));
  auto by_invite = with(Registration::by_invite);
  EXPECT_EQ(refusal(by_invite, ""), errc::invite_needed);
  EXPECT_EQ(refusal(by_invite, "made up"), errc::invite_gone);
  auto closed = with(Registration::closed);
  EXPECT_EQ(refusal(closed, ""), errc::registration_closed);
  EXPECT_EQ(refusal(closed, "made up"), errc::registration_closed);
  EXPECT_EQ(status(open, ""), InviteStatus::none);
  EXPECT_EQ(status(open, "made up"), InviteStatus::gone);
}

TEST_F(InvitesTest, AnInviteWorksUntilItExpires) {
  const auto admin = register_person("Ann", {{}, true, false, {}}).value().user;
  auto invites = with(Registration::by_invite);
  const auto made = run_to_end(invites.create(admin, {"", 1, 60s})).value();
  clock_.advance(60s - 1ms);
  EXPECT_EQ(status(invites, made.code), InviteStatus::member);
  const auto admission = run_to_end(invites.admit(made.code, "192.0.2.1")).value();
  EXPECT_FALSE(admission.admin);
  clock_.advance(1ms);
  EXPECT_EQ(status(invites, made.code), InviteStatus::gone);
  EXPECT_EQ(refusal(invites, made.code), errc::invite_gone);
}

TEST_F(InvitesTest, AnInviteIsCheckedAgainWhenTheAccountIsCreated) {
  const auto admin = register_person("Ann", {{}, true, false, {}}).value().user;
  auto invites = with(Registration::by_invite);
  const auto made = run_to_end(invites.create(admin, {"", 1, 60s})).value();
  const auto one = run_to_end(invites.admit(made.code, "192.0.2.1")).value();
  const auto two = run_to_end(invites.admit(made.code, "192.0.2.1")).value();
  EXPECT_TRUE(register_person("Bob", one));
  EXPECT_EQ(register_person("Cat", two).error().code, errc::invite_gone);
}

TEST_F(InvitesTest, TheSetUpCodeWorksUntilThereIsAnAdministrator) {
  auto invites = with(Registration::closed);
  const auto code = run_to_end(invites.offer_set_up()).value();
  ASSERT_TRUE(code);
  EXPECT_EQ(status(invites, *code), InviteStatus::administrator);
  EXPECT_EQ(status(invites, *code + "x"), InviteStatus::gone);
  const auto admission = run_to_end(invites.admit(*code, "192.0.2.1")).value();
  EXPECT_TRUE(admission.admin);
  // As another process would do it.
  ASSERT_TRUE(register_person("Ann", {{}, true, false, {}}));
  EXPECT_EQ(register_person("Bob", admission).error().code, errc::invite_gone);
  EXPECT_EQ(status(invites, *code), InviteStatus::gone);
  const auto bob = register_person("Bob", {}).value().user;
  EXPECT_EQ(run_to_end(invites.set_up(bob.id, *code)).error().code, errc::invite_gone);
  EXPECT_FALSE(run_to_end(invites.offer_set_up()).value());
}

TEST_F(InvitesTest, ASetUpCodeWorksOnceAlsoWhenItsAdministratorLeaves) {
  auto invites = with(Registration::open);
  const auto code = run_to_end(invites.offer_set_up()).value();
  const auto ann = register_person("Ann", {}).value();
  ASSERT_TRUE(run_to_end(invites.set_up(ann.user.id, *code)));
  ASSERT_TRUE(run_to_end(store_.remove_account(ann.user.id, ann.password, false)));
  EXPECT_EQ(status(invites, *code), InviteStatus::gone);
}

TEST_F(InvitesTest, LookUpsAreLimitedPerNetwork) {
  auto invites = with(Registration::open);
  for (int i = 0; i < 240; ++i) EXPECT_EQ(status(invites, "a guess"), InviteStatus::gone);
  const auto more = run_to_end(invites.look_up("a guess", "192.0.2.1"));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, errc::too_many_requests);
  EXPECT_EQ(refusal(invites, "a guess"), errc::too_many_requests);
  EXPECT_TRUE(run_to_end(invites.look_up("a guess", "192.0.2.2")));
  EXPECT_TRUE(run_to_end(invites.look_up("", "192.0.2.1")));
}

}  // namespace
}  // namespace colo
