// What a SqliteStore is made of: the writer's connection and the readers'.
//
// Each with the statements prepared on it and the thread that alone uses them.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <utility>

#include "domain/limits.hpp"
#include "runtime/log.hpp"
#include "runtime/problems.hpp"
#include "runtime/worker.hpp"
#include "storage/database_file.hpp"
#include "storage/file_guard.hpp"
#include "storage/group_commit.hpp"
#include "storage/history_keeper.hpp"
#include "storage/sqlite_accounts.hpp"
#include "storage/sqlite_invites.hpp"
#include "storage/sqlite_messages.hpp"
#include "storage/sqlite_retention.hpp"
#include "storage/sqlite_store.hpp"

namespace colo {

struct SqliteStore::Writing {
  Writing(DatabaseFile& file, By by, Problems& problems);

  SQLite::Database db;
  HistoryKeeper history;
  FileGuard guard;
  MessageWrites messages;
  SqliteRetention retention;
  AccountWrites accounts;
  InviteWrites invites;
  GroupCommit commits;  // last: its thread uses the rest
};

struct SqliteStore::Reader {
  Reader(const DatabaseFile& file, Problems& problems);

  /// Calls `read()`, which returns a result<T>, on the reader's thread.
  template <class Read>
  auto run(Read read) {
    return worker.run([this, read = std::move(read)]() mutable { return guarded(read); });
  }

  /// What was read of a file that is another's is not given to anybody.
  template <class Read>
  auto guarded(Read& read) -> decltype(read()) {
    const Refusal refusal(errc::storage_failed,
                          "The server could not read this. Please try again.");
    try {
      auto outcome = read();
      if (!guard.check()) return refusal;
      return outcome;
    } catch (const SQLite::Exception& e) {
      // Damage is met by each read that comes there.
      if (e.getErrorCode() == SQLITE_CORRUPT)
        problems.report("database read", "The database is damaged: some of it cannot be read.",
                        std::string("storage: a read met a damaged page: ") + e.what() +
                            ". `colo verify` says where, and what to do");
      else
        log::error("storage: a read failed: {}", e.what());
      return refusal;
    }
  }

  Problems& problems;
  SQLite::Database db;
  FileGuard guard;
  // Its thread uses the statements of whoever derives: it is stopped before they end.
  Worker worker{1, limits::store_queue_max};
};

/// Of messages: those who come into rooms and scroll back.
struct SqliteStore::Reading : Reader {
  Reading(const DatabaseFile& file, Problems& problems);
  ~Reading() { worker.stop(); }

  void report_damage(const RoomId& room, Seq seq, const std::string& what);

  MessageReads messages;
};

/// Of accounts and invites.
struct SqliteStore::SigningIn : Reader {
  SigningIn(const DatabaseFile& file, Problems& problems);
  ~SigningIn() { worker.stop(); }

  AccountReads accounts;
  InviteReads invites;
};

}  // namespace colo
