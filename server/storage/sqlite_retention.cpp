#include "storage/sqlite_retention.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

#include "domain/limits.hpp"
#include "runtime/log.hpp"
#include "storage/sqlite_query.hpp"

namespace colo {
namespace {

using std::chrono::milliseconds;

// Of two adjacent marks the older is removed when their distance is below 1/mark_spacing of their
// age. So a room has about 1,500 marks after 20 years, and with keep = "30d" messages are kept at
// most 8 hours longer.
constexpr int mark_spacing = 100;

milliseconds time_of(SqliteQuery& row, int column) {
  return milliseconds{row.number(column)};
}

void log_reading(const LogClock::Reading& reading) {
  const auto hours = std::chrono::abs(std::chrono::duration_cast<std::chrono::hours>(reading.gap));
  const auto* where = reading.gap.count() > 0 ? "ahead of" : "behind";
  switch (reading.verdict) {
    case LogClock::Verdict::agreed:
    case LogClock::Verdict::waiting:
      return;
    case LogClock::Verdict::doubted:
      return log::warn(
          "storage: the machine's clock is {} hours {} what the log has seen. It may be wrong: "
          "until it has stood for {} hours of running, no drawing grows older by it",
          hours.count(), where,
          std::chrono::duration_cast<std::chrono::hours>(LogClock::proof_time).count());
    case LogClock::Verdict::withdrawn:
      return log::info("storage: the machine's clock agrees with the log again");
    case LogClock::Verdict::believed:
      return log::info("storage: the machine's clock stood for long enough, {} hours {} the log",
                       hours.count(), where);
  }
}

}  // namespace

SqliteRetention::SqliteRetention(SQLite::Database& db)
    : load_(db, "SELECT time, wall_ahead, agreed, doubt_ahead, doubt_ran FROM log_clock"),
      save_(db,
            "REPLACE INTO log_clock (id, time, wall_ahead, agreed, doubt_ahead, doubt_ran) "
            "VALUES (1, ?, ?, ?, ?, ?)"),
      shift_marks_(db, "UPDATE marks SET time = time + ?2 WHERE time > ?1"),
      shift_invites_(db, "UPDATE invites SET ended = ended + ?2 WHERE ended > ?1"),
      rooms_(db, "SELECT id FROM rooms"),
      older_than_(db,
                  "SELECT seq FROM marks WHERE room = ? AND time <= ? "
                  "ORDER BY time DESC, seq DESC LIMIT 1"),
      beyond_(db,
              "SELECT seq FROM messages INDEXED BY messages_living "
              "WHERE room = ? AND NOT deleted ORDER BY seq DESC LIMIT 1 OFFSET ?"),
      last_of_batch_(db,
                     "SELECT max(seq) FROM (SELECT seq FROM messages INDEXED BY messages_living "
                     "WHERE room = ? AND NOT deleted AND seq <= ? ORDER BY seq LIMIT ?)"),
      remove_(db,
              "DELETE FROM messages INDEXED BY messages_living "
              "WHERE room = ? AND NOT deleted AND seq <= ?"),
      ended_deletion_(db,
                      "SELECT min(m.deletions, r.deletions - ?3) FROM marks m "
                      "JOIN rooms r ON r.id = m.room WHERE m.room = ?1 AND m.time <= ?2 "
                      "ORDER BY m.time DESC, m.seq DESC, m.deletions DESC LIMIT 1"),
      remove_deleted_(db,
                      "DELETE FROM messages WHERE rowid IN (SELECT rowid FROM messages "
                      "INDEXED BY messages_by_deletion WHERE room = ? AND deletion <= ? "
                      "ORDER BY deletion LIMIT ?)"),
      mark_(db,
            "INSERT INTO marks (room, time, seq, deletions) "
            "SELECT r.id, ?2, r.last_seq, r.deletions FROM rooms r WHERE r.id = ?1 AND "
            "(r.last_seq, r.deletions) IS NOT (SELECT m.seq, m.deletions FROM marks m "
            "WHERE m.room = ?1 ORDER BY m.time DESC, m.seq DESC, m.deletions DESC LIMIT 1)"),
      marks_(db, "SELECT rowid, time FROM marks WHERE room = ? ORDER BY time, seq, deletions"),
      remove_mark_(db, "DELETE FROM marks WHERE rowid = ?"),
      note_ended_invites_(db,
                          "UPDATE invites SET ended = iif(ended IS NULL, ?2, NULL) "
                          "WHERE (uses < uses_max AND expires_at > ?1) = (ended IS NOT NULL)"),
      forget_invites_(db, "DELETE FROM invites WHERE ended < ?") {}

std::optional<LogClock> SqliteRetention::load() {
  SqliteQuery row(load_);
  if (!row.next()) return std::nullopt;
  LogClock clock;
  clock.time = time_of(row, 0);
  clock.wall_ahead = time_of(row, 1);
  clock.agreed = time_of(row, 2);
  if (!row.is_null(3)) clock.doubt = {time_of(row, 3), time_of(row, 4)};
  return clock;
}

void SqliteRetention::save(const LogClock& clock) {
  SqliteQuery saved(save_);
  saved.with(clock.time.count()).with(clock.wall_ahead.count()).with(clock.agreed.count());
  if (clock.doubt) {
    saved.with(clock.doubt->ahead.count()).with(clock.doubt->ran.count());
  } else {
    saved.with_null().with_null();
  }
  saved.run();
}

void SqliteRetention::read_clock(SteadyTime now, WallTime wall) {
  // If this transaction is rolled back, the wall clock accounts for the time until the next one.
  const auto ran =
      read_at_ ? std::chrono::duration_cast<milliseconds>(now - *read_at_) : milliseconds{0};
  read_at_ = now;
  clock_ = load().value_or(LogClock::beginning_at(wall));
  const auto reading = clock_.advance(std::max(ran, milliseconds{0}), wall);
  if (reading.credited.count() > 0) shift(reading.since, reading.credited);
  save(clock_);
  log_reading(reading);
}

void SqliteRetention::shift(LogClock::Time since, LogClock::Time by) {
  SqliteQuery(shift_marks_).with(since.count()).with(by.count()).run();
  SqliteQuery(shift_invites_).with(since.count()).with(by.count()).run();
}

std::vector<RoomId> SqliteRetention::rooms() {
  std::vector<RoomId> rooms;
  SqliteQuery rows(rooms_);
  while (rows.next()) rooms.push_back({rows.bytes(0)});
  return rooms;
}

Seq SqliteRetention::older_than(const RoomId& room, LogClock::Time age) {
  SqliteQuery row(older_than_);
  return row.with(room).with((clock_.time - age).count()).next() ? row.seq(0) : Seq{};
}

SqliteRetention::Batch SqliteRetention::prune(const RoomId& room, const Keep& keep,
                                              std::size_t limit) {
  Seq upto;
  if (keep.age) upto = older_than(room, *keep.age);
  if (keep.messages) {
    SqliteQuery row(beyond_);
    if (row.with(room).with(Seq{*keep.messages}).next()) upto = std::max(upto, row.seq(0));
  }
  if (upto == Seq{}) return {};
  {
    SqliteQuery last(last_of_batch_);
    last.with(room).with(upto).with(static_cast<std::int64_t>(limit));
    if (!last.next() || last.is_null(0)) return {};
    upto = last.seq(0);
  }
  return {SqliteQuery(remove_).with(room).with(upto).run(), upto};
}

std::uint64_t SqliteRetention::end_deleted(const RoomId& room, std::size_t limit) {
  std::int64_t upto = 0;
  {
    SqliteQuery row(ended_deletion_);
    row.with(room).with((clock_.time - limits::deleted_known_time).count());
    row.with(static_cast<std::int64_t>(limits::deletions_told_max));
    if (!row.next()) return 0;
    upto = row.number(0);
  }
  if (upto <= 0) return 0;
  return SqliteQuery(remove_deleted_)
      .with(room)
      .with(upto)
      .with(static_cast<std::int64_t>(limit))
      .run();
}

void SqliteRetention::mark(const RoomId& room) {
  if (SqliteQuery(mark_).with(room).with(clock_.time.count()).run() > 0) thin_marks(room);
}

void SqliteRetention::thin_marks(const RoomId& room) {
  std::vector<std::pair<std::int64_t, milliseconds>> marks;
  {
    SqliteQuery rows(marks_);
    rows.with(room);
    while (rows.next()) marks.emplace_back(rows.number(0), time_of(rows, 1));
  }
  if (marks.empty()) return;
  auto kept = marks.front().second;
  for (std::size_t i = 1; i + 1 < marks.size(); ++i) {
    const auto next = marks[i + 1].second;
    if (next - kept <= (clock_.time - next) / mark_spacing) {
      SqliteQuery(remove_mark_).with(marks[i].first).run();
    } else {
      kept = marks[i].second;
    }
  }
}

void SqliteRetention::forget_invites(WallTime wall) {
  SqliteQuery(note_ended_invites_)
      .with(std::max(wall, clock_.wall()))
      .with(clock_.time.count())
      .run();
  SqliteQuery(forget_invites_).with((clock_.time - limits::invite_remembered_time).count()).run();
}

}  // namespace colo
