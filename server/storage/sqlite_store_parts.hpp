// What a SqliteStore is made of: the writer's connection and the readers'.
//
// Each with the statements prepared on it and the thread that alone uses them.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <utility>

#include "domain/limits.hpp"
#include "runtime/log.hpp"
#include "runtime/worker.hpp"
#include "storage/group_commit.hpp"
#include "storage/sqlite_accounts.hpp"
#include "storage/sqlite_invites.hpp"
#include "storage/sqlite_messages.hpp"
#include "storage/sqlite_retention.hpp"
#include "storage/sqlite_store.hpp"

namespace colo {

struct SqliteStore::Writing {
  Writing(const std::filesystem::path& file, By by);

  SQLite::Database db;
  MessageWrites messages;
  SqliteRetention retention;
  AccountWrites accounts;
  InviteWrites invites;
  GroupCommit commits;  // last: its thread uses the rest
};

struct SqliteStore::Reader {
  explicit Reader(const std::filesystem::path& file);

  /// Calls `read()`, which returns a result<T>, on the reader's thread.
  template <class Read>
  auto run(Read read) {
    return worker.run([read = std::move(read)]() mutable { return guarded(read); });
  }

  template <class Read>
  static auto guarded(Read& read) -> decltype(read()) {
    try {
      return read();
    } catch (const SQLite::Exception& e) {
      log::error("storage: a read failed: {}", e.what());
      return Refusal(errc::storage_failed, "The server could not read this. Please try again.");
    }
  }

  SQLite::Database db;
  // Its thread uses the statements of whoever derives: it is stopped before they end.
  Worker worker{1, limits::store_queue_max};
};

/// Of messages: those who come into rooms and scroll back.
struct SqliteStore::Reading : Reader {
  explicit Reading(const std::filesystem::path& file) : Reader(file), messages(db) {}
  ~Reading() { worker.stop(); }

  MessageReads messages;
};

/// Of accounts and invites.
struct SqliteStore::SigningIn : Reader {
  explicit SigningIn(const std::filesystem::path& file) : Reader(file), accounts(db), invites(db) {}
  ~SigningIn() { worker.stop(); }

  AccountReads accounts;
  InviteReads invites;
};

}  // namespace colo
