#include "storage/schema.hpp"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/run_to_end.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

class SchemaTest : public testing::Test {
 protected:
  int version() { return db.execAndGet("PRAGMA user_version").getInt(); }
  std::string refusal() {
    try {
      bring_up_to_date(db);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "it was taken";
  }

  TemporaryFolder folder;
  std::string file = (folder.path() / "colo.db").string();
  SQLite::Database db{file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
};

TEST_F(SchemaTest, ANewDatabaseGetsAllTables) {
  bring_up_to_date(db);
  EXPECT_EQ(version(), schema_version());
  for (const char* table : {"accounts", "rooms", "messages", "invites", "outside_changes",
                            "log_clock", "marks", "history"})
    EXPECT_TRUE(db.tableExists(table));
}

TEST_F(SchemaTest, ACurrentDatabaseIsUnchanged) {
  bring_up_to_date(db);
  db.exec("INSERT INTO rooms (id, last_seq) VALUES ('den', 7)");
  bring_up_to_date(db);
  EXPECT_EQ(db.execAndGet("SELECT last_seq FROM rooms").getInt(), 7);
}

TEST_F(SchemaTest, RemixesOfVersion1GetTheirAuthors) {
  bring_up_to_date(db, 1);
  db.exec(R"sql(
    INSERT INTO accounts (id, name, name_key, look, folded_look, password_hash, created_at)
      VALUES (1, 'Ann', 'a', 'a', 'a', '', 0), (2, 'Bob', 'b', 'b', 'b', '', 0);
    INSERT INTO rooms (id, last_seq) VALUES ('den', 3);
    INSERT INTO messages (room, seq, author, client_id, sent_at, remix_of, deleted, caption, drawing)
      VALUES ('den', 1, 1, x'01', 0, 0, 1, '', x''), ('den', 2, 2, x'02', 0, 1, 0, '', x''),
             ('den', 3, 2, x'03', 0, 0, 0, '', x'');
  )sql");
  bring_up_to_date(db);
  EXPECT_EQ(version(), schema_version());
  const auto author = [this](int seq) {
    return db.execAndGet("SELECT remix_author FROM messages WHERE seq = " + std::to_string(seq));
  };
  EXPECT_EQ(author(2).getInt(), 1);
  EXPECT_TRUE(author(3).isNull());
  EXPECT_EQ(db.execAndGet("SELECT deletions FROM rooms").getInt(), 0);
}

TEST_F(SchemaTest, AccountsAndDrawingsOfVersion2Stay) {
  bring_up_to_date(db, 2);
  db.exec(R"sql(
    INSERT INTO accounts (id, name, name_key, look, folded_look, password_hash, admin, created_at)
      VALUES (1, 'Ann', 'ann', 'ann', 'ann', 'hash of Ann', 1, 5),
             (2, 'Bob', 'bob', 'bob', 'bob', 'hash of Bob', 0, 6);
    INSERT INTO rooms (id, last_seq, deletions) VALUES ('den', 3, 1);
    INSERT INTO messages (room, seq, author, client_id, sent_at, remix_of, deleted, caption, drawing,
                          deletion, remix_author)
      VALUES ('den', 1, 1, zeroblob(16), 7, 0, 0, 'one', x'0800', NULL, NULL),
             ('den', 2, 1, x'01010101010101010101010101010101', 8, 0, 1, '', x'', 1, NULL),
             ('den', 3, 2, zeroblob(16), 9, 1, 0, 'three', x'', NULL, 1);
  )sql");
  SqliteStore store(file);
  EXPECT_EQ(version(), schema_version());
  const auto ann = run_to_end(store.find_account("ann")).value();
  ASSERT_TRUE(ann);
  EXPECT_EQ(ann->user.name, "Ann");
  EXPECT_TRUE(ann->user.admin);
  EXPECT_EQ(ann->password_hash, "hash of Ann");
  const auto page = run_to_end(store.after({"den"}, {0}, 50)).value();
  ASSERT_EQ(page.messages.size(), 2u);
  EXPECT_EQ(page.messages[0].caption, "one");
  EXPECT_EQ(page.messages[1].remix_author.name, "Ann");
  EXPECT_TRUE(run_to_end(store.accounts_to_erase())->empty());
  ASSERT_TRUE(run_to_end(store.remove_account({1}, ann->password, true)));
  EXPECT_EQ(run_to_end(store.erase_of({"den"}, {1}, 50))->last.value, 2u);
}

// A database of version 3, with a drawing for each of `sent_at` (ms since 1970).
class Version3 : public SchemaTest {
 protected:
  void fill(const std::vector<std::int64_t>& sent_at) {
    bring_up_to_date(db, 3);
    db.exec(R"sql(
      INSERT INTO accounts (id, name, name_key, look, folded_look, password_hash, admin, created_at)
        VALUES (1, 'Ann', 'ann', 'ann', 'ann', 'hash', 1, 5), (2, '', '2', '2', '2', '', 0, 0);
      UPDATE accounts SET gone = 1 WHERE id = 2;
      INSERT INTO invites (code_hash, note, uses_max, made_by, made_at, expires_at)
        VALUES (zeroblob(32), 'good', 1, 1, 0, 9000000000000),
               (x'01', 'of who is gone', 1, 2, 0, 9000000000000);
    )sql");
    std::int64_t seq = 0;
    for (const auto time : sent_at) {
      SQLite::Statement row(
          db,
          "INSERT INTO messages (room, seq, author, client_id, sent_at, remix_of, caption, "
          "drawing) VALUES ('den', ?1, 1, CAST(printf('%016d', ?1) AS BLOB), ?2, 0, '', x'')");
      if (++seq == 1) db.exec("INSERT INTO rooms (id, last_seq) VALUES ('den', 0)");
      row.bind(1, seq);
      row.bind(2, time);
      row.exec();
      db.exec("UPDATE rooms SET last_seq = " + std::to_string(seq));
    }
  }
  // The messages that remain after a first prune() at `wall`.
  std::vector<std::uint64_t> left_of(std::chrono::seconds age, std::int64_t wall) {
    SqliteStore store(file);
    EXPECT_TRUE(run_to_end(
        store.prune({{{"den"}, {age, {}}}}, {}, WallTime{std::chrono::milliseconds{wall}})));
    std::vector<std::uint64_t> seqs;
    const auto page = run_to_end(store.after({"den"}, {0}, 50));
    for (const auto& message : page.value().messages) seqs.push_back(message.seq.value);
    return seqs;
  }

  static constexpr std::int64_t day = 24 * 60 * 60 * 1000;
  static constexpr std::int64_t today = 1'735'689'600'000;  // 2025-01-01
  using Seqs = std::vector<std::uint64_t>;
};

TEST_F(Version3, DrawingsKeepTheirAge) {
  fill({today - 40 * day, today - 31 * day, today - 29 * day, today - day / 2});
  EXPECT_EQ(left_of(std::chrono::days{30}, today), (Seqs{3, 4}));
}

TEST_F(Version3, DrawingsDatedBefore2020AreAsOldAsTheNext) {
  fill({0, 5, today - day, 86'400'000, today - day / 2, 77});
  EXPECT_EQ(left_of(std::chrono::days{30}, today), (Seqs{1, 2, 3, 4, 5, 6}));
}

TEST_F(Version3, OneDateInTheFutureMakesTheOthersNoOlder) {
  fill({today - 2 * day, today + 400 * day, today - day, today - day / 2});
  EXPECT_EQ(left_of(std::chrono::days{30}, today), (Seqs{1, 2, 3, 4}));
}

TEST_F(Version3, AClockAheadWhenItIsUpgradedRemovesNothing) {
  fill({today - 2 * day, today - day});
  EXPECT_EQ(left_of(std::chrono::days{30}, today + 400 * day), (Seqs{1, 2}));
}

TEST_F(Version3, ARoomWithoutAPlausibleDateCountsFromNow) {
  fill({0, 5});
  EXPECT_EQ(left_of(std::chrono::hours{1}, today), (Seqs{1, 2}));
}

TEST_F(Version3, DeletionsStayKnownAndUncountedOnesAreRemoved) {
  fill({today, today, today});
  db.exec(
      "UPDATE messages SET deleted = 1, deletion = 1 WHERE seq = 1;"
      "UPDATE messages SET deleted = 1 WHERE seq = 2; UPDATE rooms SET deletions = 1");
  EXPECT_EQ(left_of(std::chrono::days{30}, today), (Seqs{3}));
  SqliteStore store(file);
  EXPECT_EQ(run_to_end(store.deleted({"den"}, {0}, {1})).value(), (std::vector<Seq>{{1}}));
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM messages").getInt(), 2);
}

TEST_F(Version3, InvitesOfRemovedAccountsEnd) {
  fill({});
  SqliteStore store(file);
  const auto invites = run_to_end(store.invites()).value();
  ASSERT_EQ(invites.size(), 1u);
  EXPECT_EQ(invites[0].note, "good");
}

TEST_F(SchemaTest, ADatabaseOfANewerVersionIsRefused) {
  bring_up_to_date(db);
  db.exec("PRAGMA user_version = 4711");
  EXPECT_NE(refusal().find("newer Colo (schema 4711"), std::string::npos) << refusal();
  EXPECT_EQ(version(), 4711);
  try {
    const SqliteStore store(file);
    ADD_FAILURE() << "it opened";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find(file + ": it was written by a newer Colo"),
              std::string::npos)
        << e.what();
  }
}

TEST_F(SchemaTest, AnotherProgramsDatabaseIsRefusedAndUnchanged) {
  db.exec("CREATE TABLE songs (title TEXT)");
  EXPECT_EQ(refusal(), "it is the database of another program");
  EXPECT_FALSE(db.tableExists("accounts"));
}

TEST_F(SchemaTest, AMigrationThatFailsChangesNothing) {
  bring_up_to_date(db);
  db.exec("PRAGMA user_version = 0");  // the first one will find its tables there
  EXPECT_NE(refusal().find("already exists"), std::string::npos);
  EXPECT_EQ(version(), 0);
}

}  // namespace
}  // namespace colo
