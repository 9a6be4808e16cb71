// The database's files on disk, checked independently of SQLite.
//
// Constructed before SQLite opens the file and destroyed after its last connection is closed:
// closing a descriptor of the file drops SQLite's locks on it (POSIX, fcntl(2)). Thread-safe after
// watch(), because nothing changes then.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "storage/database_mark.hpp"

namespace colo {

class DatabaseFile {
 public:
  /// Opens `file`, creating it (mode 0600) if there never was one. Throws std::runtime_error when
  /// it cannot be opened, or when its mark or write-ahead log shows that the database is missing,
  /// empty, or replaced by another one.
  explicit DatabaseFile(const std::filesystem::path& file);
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;
  ~DatabaseFile();

  const std::filesystem::path& path() const { return path_; }

  /// The mark before this start.
  const std::optional<DatabaseMark>& found_mark() const { return found_mark_; }

  /// Whether the file is exactly as the last stop left it (inode, size, ctime).
  bool is_as_closed() const;

  /// Records which files SQLite uses. To be called once, when it has opened all three.
  void watch();

  /// Which file is no longer at its path, as "… was removed"; empty: none.
  std::string missing() const;

  /// The tag in one page of the file itself, not in SQLite's cache or write-ahead log.
  std::optional<History> tag_on_page(std::int64_t number, std::size_t page_bytes) const;

  std::uint64_t inode() const { return static_cast<std::uint64_t>(file_.st_ino); }
  std::uint64_t wal_inode() const { return static_cast<std::uint64_t>(wal_.st_ino); }

  /// Sets the state of the mark after the last connection was closed.
  void describe_closed(DatabaseMark& mark) const;

 private:
  void refuse_missing_file() const;
  void refuse_foreign_wal() const;
  std::filesystem::path beside(const char* suffix) const { return path_.string() + suffix; }

  std::filesystem::path path_;
  std::optional<DatabaseMark> found_mark_;
  std::optional<struct stat> found_;  // before it was opened; none: missing
  std::int64_t wal_bytes_ = 0;        // likewise
  int fd_ = -1;
  struct stat file_ {};
  struct stat wal_ {};
  struct stat shm_ {};
};

}  // namespace colo
