// Keeps the database's history: decides at the start whether it goes on or a new
// one begins, counts the commits, and writes the mark beside the file.
//
// On the writer's thread. The server keeps the mark; another process (`colo
// admin`) only renews that of a stopped server when it leaves.
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
  /// After DatabaseFile::watch(). Throws SQLite::Exception,
  /// std::runtime_error.
  HistoryKeeper(SQLite::Database& db, const DatabaseFile& file, OpenedBy opened_by);

  /// In the transaction that is to be counted.
  void count_commit();

  /// After the commit, when `guard` says that the file is ours; or when its contents are not.
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

/// When the last connection of this process was closed, well: notes how the file was left.
void note_closed(const DatabaseFile& file, OpenedBy opened_by, const History& history);

}  // namespace colo
