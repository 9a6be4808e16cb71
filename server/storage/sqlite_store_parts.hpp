// The parts of a SqliteStore: the writer's connection and the readers'.
//
// Each has its prepared statements and the only thread that uses them.
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
  Writing(DatabaseFile& file, OpenedBy opened_by, Problems& problems);

  SQLite::Database db;
  HistoryKeeper history;
  FileGuard guard;
  MessageWrites messages;
  SqliteRetention retention;
  AccountWrites accounts;
  InviteWrites invites;
  GroupCommit commits;  // last: its thread uses the other members
};

struct SqliteStore::Reader {
  Reader(const std::string& name, const DatabaseFile& file, Problems& problems);

  /// Calls `read()`, which returns a result<T>, on the reader's thread.
  template <class Read>
  auto run(Read read) {
    return worker.run([this, read = std::move(read)]() mutable { return guarded(read); });
  }

  /// Refuses what was read from a file that had been replaced by then.
  template <class Read>
  auto guarded(Read& read) -> decltype(read()) {
    const Refusal refusal(errc::storage_failed,
                          "The server could not read this. Please try again.");
    try {
      auto outcome = read();
      if (!guard.check()) return refusal;
      return outcome;
    } catch (const ReportedDamage&) {
      return refusal;
    } catch (const SQLite::Exception& e) {
      report(e);
      return refusal;
    }
  }

  void report(const SQLite::Exception& e);

  Problems& problems;
  SQLite::Database db;
  FileGuard guard;
  // Its thread uses the statements of the derived class, which stops it before they are destroyed.
  Worker worker;
};

/// Reads messages: joining rooms and history.
struct SqliteStore::Reading : Reader {
  Reading(const DatabaseFile& file, Problems& problems);
  ~Reading() { worker.stop(); }

  void report_damage(const RoomId& room, Seq seq, const std::string& what);

  MessageReads messages;
};

/// Reads accounts and invites.
struct SqliteStore::SigningIn : Reader {
  SigningIn(const DatabaseFile& file, Problems& problems);
  ~SigningIn() { worker.stop(); }

  AccountReads accounts;
  InviteReads invites;
};

}  // namespace colo
