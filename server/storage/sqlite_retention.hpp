// What the database forgets, and when: messages that a room's keep no longer wants,
// the rows of deleted messages, invites that stopped working.
//
// Ages are counted on the log's own clock (log_clock.hpp). A mark says "up to this seq,
// and up to this deletion, all was there at that time"; what is older than an age is
// found by the newest mark older than that, so strictly by seq: sent_at is not looked at.
// Lives on the writer's thread, inside its transaction. Throws SQLite::Exception.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "domain/ids.hpp"
#include "domain/room.hpp"
#include "runtime/clock.hpp"
#include "storage/log_clock.hpp"

namespace colo {

class SqliteRetention {
 public:
  explicit SqliteRetention(SQLite::Database& db);

  /// Moves the log's clock on; says in the log when the wall clock is doubted. Before the rest.
  void read_clock(SteadyTime now, WallTime wall);

  /// All rooms that ever held a message, configured or not.
  std::vector<RoomId> rooms();

  /// What one batch removed.
  struct Batch {
    std::uint64_t removed = 0;
    Seq upto;  // the last of them; 0: none
  };
  /// Removes up to `limit` messages that can be seen and that `keep` does not want, the
  /// oldest first.
  Batch prune(const RoomId& room, const Keep& keep, std::size_t limit);

  /// Removes up to `limit` rows of deleted messages: those that nobody is told of any more
  /// and whose client_ids cannot come again. Says how many.
  std::uint64_t end_deleted(const RoomId& room, std::size_t limit);

  /// Notes what is there now, for ages to be counted from.
  void mark(const RoomId& room);

  /// Removes invites that stopped working limits::invite_remembered_time ago.
  void forget_invites(WallTime wall);

 private:
  std::optional<LogClock> load();
  void save(const LogClock& clock);
  void shift(LogClock::Time since, LogClock::Time by);
  Seq older_than(const RoomId& room, LogClock::Time age);
  void thin_marks(const RoomId& room);

  std::optional<SteadyTime> read_at_;  // the last reading of this run
  LogClock clock_;                     // as read then; what it is stands in the database
  SQLite::Statement load_;
  SQLite::Statement save_;
  SQLite::Statement shift_marks_;
  SQLite::Statement shift_invites_;
  SQLite::Statement rooms_;
  SQLite::Statement older_than_;
  SQLite::Statement beyond_;
  SQLite::Statement last_of_batch_;
  SQLite::Statement remove_;
  SQLite::Statement ended_deletion_;
  SQLite::Statement remove_deleted_;
  SQLite::Statement mark_;
  SQLite::Statement marks_;
  SQLite::Statement remove_mark_;
  SQLite::Statement note_ended_invites_;
  SQLite::Statement forget_invites_;
};

}  // namespace colo
