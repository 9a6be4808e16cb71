// Is the database under this connection still the one that it opened?
//
// One guard per connection, on that connection's thread, outside a transaction.
// Looks at the paths (removed, moved, unmounted, replaced), at the tag in the
// file's own bytes (overwritten in place), and at the tag as SQLite reads it
// (restored through SQLite). A file that comes back is right again; contents
// that changed stay wrong until the server is started anew.
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
  /// After DatabaseFile::watch().
  FileGuard(SQLite::Database& db, const DatabaseFile& file, Problems& problems);

  /// Errors: storage_failed, and the problem is reported. Throws SQLite::Exception.
  result<void> check();

  bool overwritten() const { return overwritten_; }
  bool gone() const { return gone_ || overwritten_; }

  /// As of the last good check().
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
  std::int64_t page_ = 0;  // where the file holds the tag
  History history_;
  std::optional<History> in_file_;  // none: not yet there, only in the write-ahead log
  bool gone_ = false;
  bool overwritten_ = false;
};

}  // namespace colo
