// What a SqliteStore is made of: the writer's connection and the reader's.
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
#include "storage/sqlite_store.hpp"

namespace colo {

struct SqliteStore::Writing {
  Writing(const std::filesystem::path& file, By by);

  SQLite::Database db;
  MessageWrites messages;
  AccountWrites accounts;
  InviteWrites invites;
  GroupCommit commits;  // last: its thread uses the rest
};

struct SqliteStore::Reading {
  explicit Reading(const std::filesystem::path& file);

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
  MessageReads messages;
  AccountReads accounts;
  InviteReads invites;
  Worker worker{1, limits::store_queue_max};  // last: its thread uses the rest
};

}  // namespace colo
