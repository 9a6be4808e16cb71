#include "storage/schema.hpp"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

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
  for (const char* table : {"accounts", "rooms", "messages"}) EXPECT_TRUE(db.tableExists(table));
}

TEST_F(SchemaTest, ADatabaseOfTodayIsLeftAsItIs) {
  bring_up_to_date(db);
  db.exec("INSERT INTO rooms (id, last_seq) VALUES ('den', 7)");
  bring_up_to_date(db);
  EXPECT_EQ(db.execAndGet("SELECT last_seq FROM rooms").getInt(), 7);
}

TEST_F(SchemaTest, TheFirstVersionsRemixesLearnWhoseTheyWere) {
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

TEST_F(SchemaTest, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
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
