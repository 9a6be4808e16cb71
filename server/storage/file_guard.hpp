// Checks that the database under a connection is still the one that it opened.
//
// One per connection, used outside transactions. Checks the paths (removed, moved, unmounted,
// replaced), the tag in the file's bytes (overwritten in place), and the tag as SQLite reads it
// (restored through SQLite). Files that return to their paths are accepted again; changed contents
// are refused until the server restarts.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "domain/errc.hpp"
#include "runtime/problems.hpp"
#include "storage/database_file.hpp"
#include "storage/history.hpp"

namespace colo {

class FileGuard {
 public:
  /// `file` must be watched (DatabaseFile::watch()).
  FileGuard(SQLite::Database& db, const DatabaseFile& file, Problems& problems);

  /// Errors: storage_failed, after reporting the problem. Throws SQLite::Exception.
  result<void> check();

  bool overwritten() const { return overwritten_; }
  bool gone() const { return gone_ || overwritten_; }

  /// As of the last successful check().
  const History& history() const { return history_; }
  std::uint64_t commits_in_file() const { return in_file_ ? in_file_->commits : 0; }

 private:
  bool contents_are_ours();
  void find_page();

  const DatabaseFile& file_;
  Problems& problems_;
  SQLite::Statement tag_;
  SQLite::Statement root_page_;
  std::size_t page_bytes_;
  std::int64_t page_ = 0;  // the page of the file that holds the tag
  History history_;
  std::optional<History> in_file_;  // none: so far only in the write-ahead log
  bool gone_ = false;
  bool overwritten_ = false;
};

}  // namespace colo
