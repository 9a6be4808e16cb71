// What the database removes, and when: messages beyond a room's Keep, the rows of deleted messages,
// expired invites.
//
// Ages are measured on the log's own clock (log_clock.hpp). A mark records that all messages up to
// a seq, and all deletions up to a number, existed at a time. The newest mark older than an age
// gives the seq up to which messages are older; sent_at is not used.
// Runs inside the writer's transaction. Throws SQLite::Exception.
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

  /// Advances the log's clock, which the calls below use; logs when the wall clock is doubted.
  void read_clock(SteadyTime now, WallTime wall);

  /// All rooms that ever held a message, whether or not they are configured.
  std::vector<RoomId> rooms();

  /// The messages removed by one batch.
  struct Batch {
    std::uint64_t removed = 0;
    Seq upto;  // the last of them; 0: none
  };
  /// Removes up to `limit` visible messages beyond `keep`, the oldest first.
  Batch prune(const RoomId& room, const Keep& keep, std::size_t limit);

  /// Removes up to `limit` rows of deleted messages of which clients are no longer notified and
  /// whose client_ids are no longer sent again. Returns their number.
  std::uint64_t end_deleted(const RoomId& room, std::size_t limit);

  /// Adds a mark of the current state.
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
  LogClock clock_;                     // as of that reading; the database holds the current one
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
