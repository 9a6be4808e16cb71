// Maintains the database's history: decides at start whether it continues or a new one begins,
// counts the commits, and writes the mark beside the file.
//
// Part of the writer. The server maintains the mark; `colo admin` only renews that of a stopped
// server at its end.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <memory>
#include <string>

#include "storage/database_file.hpp"
#include "storage/database_mark.hpp"
#include "storage/file_guard.hpp"
#include "storage/history.hpp"
#include "storage/store.hpp"

namespace colo {

class HistoryKeeper {
 public:
  /// `file` must be watched (DatabaseFile::watch()). Throws SQLite::Exception, std::runtime_error.
  HistoryKeeper(SQLite::Database& db, const DatabaseFile& file, OpenedBy opened_by);

  /// Counts the current transaction.
  void count_commit();

  /// Writes the mark: after a commit into our file, or when its contents were replaced.
  void note(const FileGuard& guard);

 private:
  std::string why_not_the_same(const History& found) const;
  void begin_anew(SQLite::Database& db, const History& found);
  void note_running(const History& history);
  DatabaseMark mark_with(const History& history) const;
  void warn_once();

  const DatabaseFile& file_;
  SQLite::Statement tag_;
  SQLite::Statement set_tag_;
  std::string boot_ = boot_id();
  std::unique_ptr<MarkWriter> mark_;
  bool warned_ = false;
};

/// Writes the mark of a stopped server, after the last connection was closed without a fault.
void note_closed(const DatabaseFile& file, OpenedBy opened_by, const History& history);

}  // namespace colo
