// The files of a database on disk, looked at from beside SQLite.
//
// Made before SQLite opens the file and destroyed after its last connection was
// closed: closing a descriptor of the file drops SQLite's locks on it (POSIX,
// fcntl(2)). What it holds does not change after watch(), so that any thread
// may ask.
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
  /// Opens `file`, creating it (mode 0600) when it never was. Throws
  /// std::runtime_error when it cannot be opened, or when an earlier database
  /// was here and is missing, empty, or was replaced beside its write-ahead log.
  explicit DatabaseFile(const std::filesystem::path& file);
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;
  ~DatabaseFile();

  const std::filesystem::path& path() const { return path_; }

  /// The mark as it was found.
  const std::optional<DatabaseMark>& found_mark() const { return found_mark_; }

  /// True when the file is, to the byte's time, the one that the last stop left.
  bool is_as_closed() const;

  /// Notes which files SQLite works on. Once, when it has opened all three.
  void watch();

  /// Which of the files is not at its path any more, as "… was removed"; empty: all are.
  std::string missing() const;

  /// The tag in one page of the file itself, whatever SQLite has cached.
  std::optional<History> tag_on_page(std::int64_t number, std::size_t page_bytes) const;

  std::uint64_t inode() const { return static_cast<std::uint64_t>(file_.st_ino); }
  std::uint64_t wal_inode() const { return static_cast<std::uint64_t>(wal_.st_ino); }

  /// After the last connection was closed: the state to note, closed or running.
  void describe_closed(DatabaseMark& mark) const;

 private:
  void refuse_lost_database() const;
  void refuse_foreign_wal() const;
  std::filesystem::path beside(const char* suffix) const { return path_.string() + suffix; }

  std::filesystem::path path_;
  std::optional<DatabaseMark> found_mark_;
  std::optional<struct stat> found_;  // before it was opened; none: it was missing
  std::int64_t wal_bytes_ = 0;        // then
  int fd_ = -1;
  struct stat file_ {};
  struct stat wal_ {};
  struct stat shm_ {};
};

}  // namespace colo
