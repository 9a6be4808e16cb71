#include <gtest/gtest.h>

#include <string>

#include "storage/run_to_end.hpp"
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

TEST_F(AccountsTest, NobodyIsFoundWhereNobodyRegistered) {
  EXPECT_FALSE(find("Ann"));
  create("Ann").value();
  EXPECT_FALSE(find("Bob"));
}

TEST_F(AccountsTest, TakenNamesAndTheirLookAlikesAreRefused) {
  for (const char* name : {"Ann", "Ilya", "bobo"}) ASSERT_TRUE(create(name));
  for (const char* name : {"Ann", "ANN", "Ａｎｎ", "Аnn", "llya", "BOB0"}) {
    const auto refused = create(name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, errc::username_taken) << name;
  }
  EXPECT_TRUE(create("Anne"));
}

TEST_F(AccountsTest, EveryAccountHasAnIdOfItsOwn) {
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

}  // namespace
}  // namespace colo
