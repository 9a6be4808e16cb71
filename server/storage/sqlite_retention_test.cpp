#include "storage/sqlite_retention.hpp"

#include <gtest/gtest.h>

#include <string>

#include "storage/schema.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

TEST(SqliteRetention, MarksStayFewAndPreciseOverTheYears) {
  SQLite::Database db(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  bring_up_to_date(db);
  db.exec(
      "INSERT INTO accounts (id, name, name_key, look, folded_look, password_hash, created_at) "
      "VALUES (1, 'Ann', 'a', 'a', 'a', '', 0); INSERT INTO rooms (id, last_seq) VALUES ('den', "
      "0)");
  SqliteRetention retention(db);
  const RoomId den{"den"};
  constexpr auto step = 1h;
  constexpr int steps = 24 * 365;
  for (int i = 1; i <= steps; ++i) {
    db.exec("UPDATE rooms SET last_seq = " + std::to_string(i));
    if (i % 10 == 0)
      db.exec(
          "INSERT INTO messages (room, seq, author, client_id, sent_at, remix_of, caption, "
          "drawing) VALUES ('den', " +
          std::to_string(i) + ", 1, x'" + std::to_string(1'000'000 + i * 10 % 9'000'000) +
          "0', 0, 0, '', x'')");
    retention.read_clock(SteadyTime{} + i * step, WallTime{24h * 20'000} + i * step);
    retention.mark(den);
  }
  EXPECT_LT(db.execAndGet("SELECT count(*) FROM marks").getInt(), 1500);
  while (retention.prune(den, {24h * 100, {}}, 1000).removed > 0) {
  }
  const auto oldest = db.execAndGet("SELECT min(seq) FROM messages").getInt();
  const auto due = steps - 100 * 24;
  EXPECT_LE(oldest, due + 10);
  EXPECT_GE(oldest, due - 2 * 24);  // within some 1 % of 100 days
}

}  // namespace
}  // namespace colo
