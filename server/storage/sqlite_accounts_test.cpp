#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "domain/limits.hpp"
#include "runtime/run_to_end.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

class AccountsTest : public testing::Test {
 protected:
  result<User> create(const std::string& name, Admission admission = {}) {
    const auto made = run_to_end(
        store.create_account(parse_name(name).value(), "hash of " + name, std::move(admission)));
    if (!made) return made.error();
    return made->user;
  }
  std::optional<Account> find(const std::string& name) {
    return run_to_end(store.find_account(parse_name(name).value().key)).value();
  }

  TemporaryFolder folder;
  SqliteStore store{folder.path() / "colo.db"};
};

TEST_F(AccountsTest, ARegisteredPersonIsFoundInAnyCase) {
  const User ann = create("Ann Lee").value();
  EXPECT_EQ(ann.name, "Ann Lee");
  EXPECT_FALSE(ann.admin);
  const auto found = find("ANN lee");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user.id, ann.id);
  EXPECT_EQ(found->user.name, "Ann Lee");
  EXPECT_EQ(found->password_hash, "hash of Ann Lee");
}

TEST_F(AccountsTest, AnUnregisteredNameIsNotFound) {
  EXPECT_FALSE(find("Ann"));
  create("Ann").value();
  EXPECT_FALSE(find("Bob"));
}

TEST_F(AccountsTest, TakenAndConfusableNamesAreRefused) {
  for (const char* name : {"Ann", "Ilya", "bobo"}) ASSERT_TRUE(create(name));
  for (const char* name :
       {"Ann", "ANN", "Ａｎｎ", "Аnn", "llya", "BOB0", "Ann.", "A-n n", "ᴀɴɴ", "Ilya_", "b.obo"}) {
    const auto refused = create(name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, errc::username_taken) << name;
  }
  EXPECT_TRUE(create("Anne"));
}

TEST_F(AccountsTest, ASkeletonIsFreeAgainWhenItsAccountIsRemoved) {
  const User ann = create("Ann").value();
  ASSERT_TRUE(run_to_end(store.remove_account(ann.id, find("Ann")->password, false)));
  EXPECT_TRUE(create("Ann."));
}

TEST_F(AccountsTest, EveryAccountHasItsOwnId) {
  const User ann = create("Ann").value();
  EXPECT_FALSE(create("ann"));
  const User bob = create("Bob").value();
  EXPECT_NE(ann.id, bob.id);
}

TEST_F(AccountsTest, ANewHashReplacesTheOldOne) {
  const User ann = create("Ann").value();
  create("Bob").value();
  ASSERT_TRUE(
      run_to_end(store.renew_password_hash(ann.id, find("Ann")->password, "a stronger hash")));
  EXPECT_EQ(find("Ann")->password_hash, "a stronger hash");
  EXPECT_EQ(find("Bob")->password_hash, "hash of Bob");
}

TEST_F(AccountsTest, EachNewPasswordHasANewVersion) {
  const User ann = create("Ann").value();
  const auto first = find("Ann")->password;
  const auto second = run_to_end(store.change_password(ann.id, first, "second")).value();
  EXPECT_LT(first, second);
  EXPECT_EQ(find("Ann")->password_hash, "second");
  EXPECT_EQ(find("Ann")->password, second);
  const auto late = run_to_end(store.change_password(ann.id, first, "third"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, errc::wrong_password);
  // Renewing the hash of a replaced password must not restore it.
  ASSERT_TRUE(run_to_end(store.renew_password_hash(ann.id, first, "first, stronger")));
  EXPECT_EQ(find("Ann")->password_hash, "second");
}

TEST_F(AccountsTest, RemovingAnAccountRemovesNameAndPassword) {
  const User ann = create("Ann", {{}, true, false, {}}).value();
  const User bob = create("Bob").value();
  ASSERT_TRUE(run_to_end(store.has_admin()).value());
  ASSERT_TRUE(run_to_end(store.remove_account(ann.id, {1}, false)));
  EXPECT_FALSE(find("Ann"));
  EXPECT_FALSE(run_to_end(store.account(ann.id)).value());
  EXPECT_FALSE(run_to_end(store.has_admin()).value());
  const User heir = create("Ann").value();
  EXPECT_NE(heir.id, ann.id);
  ASSERT_TRUE(run_to_end(store.remove_account(bob.id, {1}, true)));  // tombstones do not clash
  for (const auto& again : {run_to_end(store.remove_account(ann.id, {1}, true)),
                            run_to_end(store.remove_account(ann.id, {2}, true))}) {
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, errc::wrong_password);
  }
  EXPECT_FALSE(run_to_end(store.change_password(ann.id, {2}, "a hash")));
  EXPECT_EQ(run_to_end(store.make_admin(ann.id, false)).error().code, errc::signed_out);
}

TEST_F(AccountsTest, ARemovedAccountCanAppendNothing) {
  const User ann = create("Ann").value();
  const Message message{{"den"}, ann, {}, std::string("ink"), "", {}, {}, {}, {}};
  ASSERT_TRUE(run_to_end(store.append(message)));
  ASSERT_TRUE(run_to_end(store.remove_account(ann.id, {1}, true)));
  Message late = message;
  late.client_id.bytes[0] = std::byte{1};
  for (const auto& attempt : {message, late}) {
    const auto refused = run_to_end(store.append(attempt));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::signed_out);
  }
  EXPECT_EQ(run_to_end(store.last_seq({"den"}))->value, 1u);
}

TEST_F(AccountsTest, AccountsToEraseAreListedUntilTheyAreErased) {
  const User ann = create("Ann").value();
  const User bob = create("Bob").value();
  for (const char* room : {"attic", "den"}) {
    Message message{{room}, ann, {}, std::string("ink"), "", {}, {}, {}, {}};
    message.client_id.bytes[0] = static_cast<std::byte>(room[0]);
    ASSERT_TRUE(run_to_end(store.append(message)));
  }
  ASSERT_TRUE(run_to_end(store.remove_account(ann.id, {1}, true)));
  ASSERT_TRUE(run_to_end(store.remove_account(bob.id, {1}, false)));
  EXPECT_EQ(run_to_end(store.accounts_to_erase()).value(), std::vector<UserId>{ann.id});
  EXPECT_EQ(run_to_end(store.rooms_drawn_in(ann.id)).value(),
            (std::vector<RoomId>{{"attic"}, {"den"}}));
  ASSERT_TRUE(run_to_end(store.erase_of({"attic"}, ann.id, 50)));
  EXPECT_EQ(run_to_end(store.rooms_drawn_in(ann.id)).value(), (std::vector<RoomId>{{"den"}}));
  ASSERT_TRUE(run_to_end(store.drawings_erased(ann.id)));
  EXPECT_TRUE(run_to_end(store.accounts_to_erase()).value().empty());
}

TEST_F(AccountsTest, OnlyOneCanBecomeTheFirstAdministrator) {
  const User ann = create("Ann").value();
  const Admission first{{}, true, true, {}};
  EXPECT_TRUE(create("Bob", first)->admin);
  EXPECT_TRUE(find("Bob")->user.admin);
  EXPECT_EQ(create("Cat", first).error().code, errc::invite_gone);
  EXPECT_EQ(run_to_end(store.make_admin(ann.id, true)).error().code, errc::invite_gone);
  ASSERT_TRUE(run_to_end(store.make_admin(ann.id, false)));
  EXPECT_TRUE(find("Ann")->user.admin);
}

TEST_F(AccountsTest, ChangesByAnotherProcessAreRecorded) {
  const User ann = create("Ann").value();
  EXPECT_TRUE(run_to_end(store.outside_changes()).value().empty());
  SqliteStore outside(folder.path() / "colo.db", OpenedBy::admin_command);
  ASSERT_TRUE(run_to_end(outside.make_admin(ann.id, false)));
  ASSERT_TRUE(run_to_end(outside.change_password(ann.id, {1}, "reset")));
  const auto changes = run_to_end(store.outside_changes()).value();
  ASSERT_EQ(changes.size(), 2u);
  for (const auto& change : changes) {
    EXPECT_EQ(change.account.user.id, ann.id);
    EXPECT_TRUE(change.account.user.admin);
    EXPECT_EQ(change.account.password.value, 2);
  }
  ASSERT_TRUE(run_to_end(store.forget_outside_changes(changes[0].id)));
  EXPECT_EQ(run_to_end(store.outside_changes()).value().size(), 1u);
}

class InviteStoreTest : public AccountsTest {
 protected:
  static CodeHash code(int number) {
    CodeHash hash;
    std::memcpy(hash.bytes.data(), &number, sizeof number);
    return hash;
  }
  result<Invite> make(int number, std::uint32_t uses_max = 1,
                      std::chrono::milliseconds good_for = std::chrono::hours{1}) {
    return run_to_end(
        store.make_invite({code(number), "a note", uses_max, ann, now, now + good_for}));
  }
  result<User> enter(const std::string& name, int number) {
    return create(name, {code(number), false, false, now});
  }

  // The server runs, pruning every hour.
  void pass_hours(int hours) {
    for (int hour = 0; hour < hours; ++hour) {
      steady += std::chrono::hours{1};
      now += std::chrono::hours{1};
      run_to_end(store.prune({}, steady, now)).value();
    }
  }
  std::vector<std::int64_t> invite_ids() {
    std::vector<std::int64_t> ids;
    const auto invites = run_to_end(store.invites());
    for (const auto& invite : invites.value()) ids.push_back(invite.id.value);
    return ids;
  }

  User ann = create("Ann", {{}, true, false, {}}).value();
  SteadyTime steady{};
  WallTime now{std::chrono::hours{24 * 20'000}};
};

TEST_F(InviteStoreTest, AnInviteWorksForItsNumberOfUses) {
  ASSERT_TRUE(make(1, 2));
  EXPECT_TRUE(enter("Bob", 1));
  EXPECT_TRUE(enter("Cat", 1));
  EXPECT_EQ(enter("Dan", 1).error().code, errc::invite_gone);
  EXPECT_FALSE(find("Dan"));
  const auto found = run_to_end(store.find_invite(code(1))).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->uses, 2u);
  EXPECT_FALSE(found->works(now));
  EXPECT_EQ(enter("Dan", 2).error().code, errc::invite_gone);
}

TEST_F(InviteStoreTest, ATakenNameDoesNotUseTheInvite) {
  ASSERT_TRUE(make(1));
  EXPECT_EQ(enter("Ann", 1).error().code, errc::username_taken);
  EXPECT_EQ(run_to_end(store.find_invite(code(1))).value()->uses, 0u);
  EXPECT_TRUE(enter("Bob", 1));
}

TEST_F(InviteStoreTest, AnExpiredInviteIsRefused) {
  const auto invite = make(1).value();
  now += std::chrono::hours{1};
  EXPECT_FALSE(invite.works(now));
  EXPECT_EQ(enter("Bob", 1).error().code, errc::invite_gone);
  now -= std::chrono::milliseconds{1};
  EXPECT_TRUE(enter("Bob", 1));
}

TEST_F(InviteStoreTest, OnlyAnExistingAdministratorCreatesInvites) {
  ASSERT_TRUE(make(1));
  const User admin = ann;
  ann = create("Bob").value();
  EXPECT_EQ(make(2).error().code, errc::not_admin);
  ann = admin;
  ASSERT_TRUE(run_to_end(store.remove_account(ann.id, {1}, false)));
  EXPECT_EQ(make(3).error().code, errc::not_admin);
}

TEST_F(InviteStoreTest, InvitesEndWithTheAccountThatCreatedThem) {
  ASSERT_TRUE(make(1));
  ASSERT_TRUE(run_to_end(store.remove_account(ann.id, {1}, false)));
  EXPECT_EQ(enter("Cat", 1).error().code, errc::invite_gone);
  EXPECT_FALSE(run_to_end(store.find_invite(code(1))).value());
  EXPECT_TRUE(run_to_end(store.invites()).value().empty());
}

TEST_F(InviteStoreTest, AWrongPasswordRemovesNoInvites) {
  ASSERT_TRUE(make(1));
  EXPECT_FALSE(run_to_end(store.remove_account(ann.id, {7}, false)));
  EXPECT_TRUE(enter("Cat", 1));
}

TEST_F(InviteStoreTest, InvitesOfFormerAdministratorsDoNotWork) {
  ASSERT_TRUE(make(1));
  SQLite::Database db((folder.path() / "colo.db").string(), SQLite::OPEN_READWRITE);
  db.exec("UPDATE accounts SET admin = 0");
  EXPECT_EQ(enter("Bob", 1).error().code, errc::invite_gone);
  EXPECT_FALSE(run_to_end(store.find_invite(code(1))).value()->works(now));
  db.exec("UPDATE accounts SET admin = 1");
  EXPECT_TRUE(run_to_end(store.find_invite(code(1))).value()->works(now));
  EXPECT_TRUE(enter("Bob", 1));
}

TEST_F(InviteStoreTest, AnExpiredInviteStaysExpiredWhenTheClockRestartsIn1970) {
  ASSERT_TRUE(make(1));
  ManualClock clock;
  now += std::chrono::hours{2};
  run_to_end(store.prune({}, clock.now(), now)).value();
  now = WallTime{};
  EXPECT_EQ(enter("Bob", 1).error().code, errc::invite_gone);
}

TEST_F(InviteStoreTest, ARevokedInviteIsRemoved) {
  const auto invite = make(1).value();
  EXPECT_TRUE(run_to_end(store.revoke_invite(invite.id)));
  EXPECT_EQ(run_to_end(store.revoke_invite(invite.id)).error().code, errc::no_such_invite);
  EXPECT_FALSE(run_to_end(store.find_invite(code(1))).value());
  EXPECT_EQ(enter("Bob", 1).error().code, errc::invite_gone);
}

TEST_F(InviteStoreTest, ExpiredInvitesAreRemovedAfterAWhile) {
  ASSERT_TRUE(make(1));                              // will be late
  ASSERT_TRUE(make(2, 1, limits::invite_time_max));  // will be used up
  ASSERT_TRUE(make(3, 1, limits::invite_time_max));  // will work
  ASSERT_TRUE(enter("Bob", 2));
  pass_hours(1 + 24 * 7);
  EXPECT_EQ(invite_ids(), (std::vector<std::int64_t>{3, 2, 1}));
  pass_hours(2);
  EXPECT_EQ(invite_ids(), (std::vector<std::int64_t>{3}));
}

TEST_F(InviteStoreTest, AClockFarAheadForAWhileRemovesNoWorkingInvite) {
  ASSERT_TRUE(make(1, 1, std::chrono::hours{24}));
  pass_hours(1);
  now += std::chrono::hours{24 * 400};
  EXPECT_EQ(enter("Bob", 1).error().code, errc::invite_gone);
  pass_hours(10);
  now -= std::chrono::hours{24 * 400};
  pass_hours(1);
  EXPECT_EQ(invite_ids(), (std::vector<std::int64_t>{1}));
  EXPECT_TRUE(enter("Bob", 1));
}

TEST_F(InviteStoreTest, TheNumberOfWorkingInvitesIsBounded) {
  for (int i = 0; i < static_cast<int>(limits::invites_max); ++i) ASSERT_TRUE(make(i));
  EXPECT_EQ(make(-1).error().code, errc::too_many_invites);
  ASSERT_TRUE(enter("Bob", 7));
  EXPECT_TRUE(make(-1));
}

}  // namespace
}  // namespace colo
