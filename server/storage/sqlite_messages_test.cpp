#include "storage/sqlite_messages.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstring>
#include <string>
#include <vector>

#include "storage/schema.hpp"
#include "storage/sqlite_retention.hpp"

namespace colo {
namespace {

// The cost of queries in steps of SQLite's virtual machine, which is the same on every computer.
class QueryCost : public testing::Test {
 protected:
  QueryCost() {
    bring_up_to_date(db);
    db.exec(
        "INSERT INTO accounts (id, name, name_key, look, folded_look, password_hash, created_at) "
        "VALUES (1, 'Ann', 'a', 'a', 'a', '', 0), (2, 'Bob', 'b', 'b', 'b', '', 0);"
        "INSERT INTO rooms (id, last_seq) VALUES ('den', 0)");
  }

  void add(int count, bool deleted) {
    const std::string last = "(SELECT last_seq FROM rooms)";
    db.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(count) +
            ") INSERT INTO messages (room, seq, author, client_id, sent_at, remix_of, deleted, "
            "caption, drawing, deletion) SELECT 'den', " +
            last + " + i, 1, CAST(printf('%016d', " + last + " + i) AS BLOB), 0, 0, " +
            (deleted ? "1, '', x'', (SELECT deletions FROM rooms) + i"
                     : "0, 'a caption', x'0800', NULL") +
            " FROM n");
    db.exec("UPDATE rooms SET last_seq = last_seq + " + std::to_string(count) +
            (deleted ? ", deletions = deletions + " + std::to_string(count) : ""));
  }

  // Of all statements of this connection, since the last call.
  int steps() {
    int sum = 0;
    for (auto* s = sqlite3_next_stmt(db.getHandle(), nullptr); s != nullptr;
         s = sqlite3_next_stmt(db.getHandle(), s))
      sum += sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 1);
    return sum;
  }

  SQLite::Database db{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  RoomId den{"den"};
};

TEST_F(QueryCost, NoStatementScansTheMessages) {
  const MessageReads reads(db);
  const MessageWrites writes(db);
  const SqliteRetention retention(db);
  std::vector<std::string> all;
  for (auto* s = sqlite3_next_stmt(db.getHandle(), nullptr); s != nullptr;
       s = sqlite3_next_stmt(db.getHandle(), s))
    all.emplace_back(sqlite3_sql(s));
  ASSERT_GT(all.size(), 25u);
  for (const auto& sql : all) {
    SQLite::Statement plan(db, "EXPLAIN QUERY PLAN " + sql);
    while (plan.executeStep()) {
      const auto line = plan.getColumn(3).getString();
      // "SCAN m", "SCAN messages": all rows of the table, whatever they are.
      EXPECT_TRUE(line != "SCAN m" && !line.starts_with("SCAN m ") &&
                  !line.starts_with("SCAN messages"))
          << line << ": " << sql;
      EXPECT_EQ(line.find("TEMP B-TREE"), std::string::npos) << line << ": " << sql;
    }
  }
}

TEST_F(QueryCost, DeletedRowsDoNotSlowDownAPage) {
  MessageReads reads(db);
  MessageWrites writes(db);
  SqliteRetention retention(db);
  const auto use_all = [&] {
    steps();
    EXPECT_EQ(reads.before(den, {1'000'000}, 50).messages.size(), 50u);
    EXPECT_EQ(reads.after(den, {10}, 50).messages.size(), 50u);
    EXPECT_TRUE(reads.before(den, {50}, 50).messages.size() == 49u);
    EXPECT_EQ(reads.rooms_drawn_in({1}).size(), 1u);
    EXPECT_TRUE(reads.rooms_drawn_in({2}).empty());
    EXPECT_TRUE(writes.erase_of(den, {2}, 100)->seqs.empty());
    EXPECT_EQ(retention.prune(den, {{}, 1000}, 200).removed, 0u);
    EXPECT_EQ(retention.end_deleted(den, 200), 0u);
    retention.read_clock({}, WallTime{std::chrono::hours{24 * 20'000}});
    retention.mark(den);
    return steps();
  };
  add(60, false);
  add(10, true);
  add(60, false);
  const auto few = use_all();
  add(100'000, true);
  const auto many = use_all();
  EXPECT_GT(few, 100);
  EXPECT_LT(many, few + few / 4);
}

}  // namespace
}  // namespace colo
