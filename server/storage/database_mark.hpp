// colo.db-mark: what a server remembers of its database beside it.
//
// Written to the disk at a start, then by the writer's thread after each commit
// without fsync: after a power cut it may be older than the database, never newer. What it says is
// compared at the next start, so that a restored, replaced or foreign colo.db is noticed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "storage/history.hpp"

namespace colo {

struct DatabaseMark {
  enum class State {
    running,      // or ended without a stop
    closed,       // stopped; nothing was left in the write-ahead log
    overwritten,  // the contents changed under the running server
  };

  History history;
  std::uint64_t commits_in_file = 0;  // of them those known to be in colo.db itself, not its WAL
  std::uint64_t file = 0;             // inode numbers
  std::uint64_t wal = 0;
  std::string boot;  // the machine's boot id: page caches are intact since then
  State state = State::running;
  std::int64_t changed_ns = 0;  // closed: the file's ctime
  std::int64_t size = 0;        // closed: bytes
};

/// The path of the mark of the database `file`.
std::filesystem::path mark_of(const std::filesystem::path& file);

/// Nothing when there is none, or it cannot be understood.
std::optional<DatabaseMark> read_mark(const std::filesystem::path& file);

/// This boot of the machine; empty when the system does not say.
std::string boot_id();

/// The mark of one database, open for writing.
class MarkWriter {
 public:
  /// Creates it (mode 0600) where there is none. Throws std::runtime_error.
  explicit MarkWriter(const std::filesystem::path& file);
  MarkWriter(const MarkWriter&) = delete;
  MarkWriter& operator=(const MarkWriter&) = delete;
  ~MarkWriter();

  /// False when that failed.
  bool write(const DatabaseMark& mark);
  bool write_to_disk(const DatabaseMark& mark);  // with fsync

 private:
  int fd_ = -1;
};

}  // namespace colo
