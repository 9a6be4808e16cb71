#include "storage/name_skeletons.hpp"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <string>

#include "runtime/run_to_end.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

// A database of a Colo without the table, or of one whose ICU had other confusables.
class NameSkeletonsTest : public testing::Test {
 protected:
  SQLite::Database open() {
    return SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  }
  void add(SQLite::Database& db, const std::string& name) {
    const auto forms = parse_name(name).value();
    SQLite::Statement insert(db,
                             "INSERT INTO accounts (name, name_key, look, folded_look, "
                             "password_hash, created_at) VALUES (?, ?, ?, ?, 'a hash', 0)");
    insert.bind(1, forms.shown);
    insert.bind(2, forms.key);
    insert.bind(3, forms.skeleton);
    insert.bind(4, forms.folded_skeleton);
    insert.exec();
  }
  static bool registers(SqliteStore& store, const std::string& name) {
    const auto made =
        run_to_end(store.create_account(parse_name(name).value(), "another hash", {}));
    if (made) return true;
    EXPECT_EQ(made.error().code, errc::username_taken) << name;
    return false;
  }
  static bool has(SqliteStore& store, const std::string& name) {
    return run_to_end(store.find_account(parse_name(name).value().key)).value().has_value();
  }

  TemporaryFolder folder;
  std::string file = (folder.path() / "colo.db").string();
};

TEST_F(NameSkeletonsTest, OldConfusableAccountsStayAndNewOnesAreRefused) {
  {
    auto db = open();
    bring_up_to_date(db);
    for (const char* name : {"Annamaria", "Annamaria.", "раураl", "ᴀnn"}) add(db, name);
  }
  SqliteStore store(file);
  for (const char* name : {"Annamaria", "Annamaria.", "раураl", "ᴀnn"})
    EXPECT_TRUE(has(store, name)) << name;
  for (const char* name : {"Anna-Maria", "Ann", "paypal."})
    EXPECT_FALSE(registers(store, name)) << name;
  EXPECT_TRUE(registers(store, "Anne"));
}

TEST_F(NameSkeletonsTest, OfTwoConfusableAccountsTheRemainingOneIsProtected) {
  {
    auto db = open();
    bring_up_to_date(db);
    for (const char* name : {"Annamaria", "Annamaria."}) add(db, name);
  }
  SqliteStore store(file);
  const auto first = run_to_end(store.find_account("annamaria")).value();
  ASSERT_TRUE(run_to_end(store.remove_account(first->user.id, first->password, false)));
  EXPECT_FALSE(registers(store, "Annamaria-"));
}

TEST_F(NameSkeletonsTest, SkeletonsOfOtherRulesAreRebuilt) {
  {
    SqliteStore store(file);
    EXPECT_TRUE(registers(store, "Annamaria"));
  }
  open().exec("UPDATE name_looks SET look = 'x', folded_look = 'y', rules = '0, ICU 1'");
  SqliteStore store(file);
  EXPECT_FALSE(registers(store, "Annamaria."));
}

TEST_F(NameSkeletonsTest, AccountsThatAnOlderColoCreatedOrRemovedAreBroughtUpToDate) {
  {
    SqliteStore store(file);
    EXPECT_TRUE(registers(store, "Annamaria"));
  }
  {
    auto db = open();
    db.exec(
        "UPDATE accounts SET name = '', name_key = char(1) || id, look = char(1) || id, "
        "folded_look = char(1) || id, gone = 1");
    add(db, "Bob");
  }
  SqliteStore store(file);
  EXPECT_TRUE(registers(store, "Annamaria."));
  EXPECT_FALSE(registers(store, "B-ob"));
}

}  // namespace
}  // namespace colo
