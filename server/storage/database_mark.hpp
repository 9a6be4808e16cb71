// colo.db-mark: what a server records about its database, beside it.
//
// Written to disk at start, then after each commit without fsync: after a power cut it may be older
// than the database, never newer. The next start compares it with the database to detect a
// restored, replaced or foreign colo.db.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "storage/history.hpp"

namespace colo {

struct DatabaseMark {
  enum class State {
    running,      // or ended without a regular stop
    closed,       // stopped with an empty write-ahead log
    overwritten,  // the contents changed under the running server
  };

  History history;
  std::uint64_t commits_in_file = 0;  // known to be in colo.db itself, not in its WAL
  std::uint64_t file = 0;             // inode numbers
  std::uint64_t wal = 0;
  std::string boot;  // boot id: within one boot no written page is lost
  State state = State::running;
  std::int64_t changed_ns = 0;  // closed: the file's ctime
  std::int64_t size = 0;        // closed: bytes
};

/// The path of the mark of the database `file`.
std::filesystem::path mark_of(const std::filesystem::path& file);

/// Nothing when there is none, or it is invalid.
std::optional<DatabaseMark> read_mark(const std::filesystem::path& file);

/// Identifies this boot of the machine; empty when unknown.
std::string boot_id();

/// The mark of one database, open for writing.
class MarkWriter {
 public:
  /// Creates the file (mode 0600) if it is missing. Throws std::runtime_error.
  explicit MarkWriter(const std::filesystem::path& file);
  MarkWriter(const MarkWriter&) = delete;
  MarkWriter& operator=(const MarkWriter&) = delete;
  ~MarkWriter();

  /// False on failure.
  bool write(const DatabaseMark& mark);
  bool write_to_disk(const DatabaseMark& mark);  // with fsync

 private:
  int fd_ = -1;
};

}  // namespace colo
