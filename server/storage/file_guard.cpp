#include "storage/file_guard.hpp"

#include <sqlite3.h>

#include <string>

#include "storage/sqlite_query.hpp"

namespace colo {
namespace {

// Another process may be running a checkpoint, or have moved the page (VACUUM).
constexpr int tries = 5;
constexpr int try_pause_ms = 2;

constexpr const char* gone_key = "database file gone";
constexpr const char* overwritten_key = "database overwritten";

}  // namespace

FileGuard::FileGuard(SQLite::Database& db, const DatabaseFile& file, Problems& problems)
    : file_(file),
      problems_(problems),
      tag_(db, "SELECT tag FROM history"),
      root_page_(db, "SELECT rootpage FROM sqlite_master WHERE name = 'history'"),
      page_bytes_(static_cast<std::size_t>(db.execAndGet("PRAGMA page_size").getInt())) {
  find_page();
  static_cast<void>(check());  // reported; checked again before each write and after each read
}

result<void> FileGuard::check() {
  if (overwritten_) return errc::storage_failed;
  if (const auto what = file_.missing(); !what.empty()) {
    gone_ = true;
    problems_.report(gone_key,
                     "The database's files are not where they were. Nothing is saved until they "
                     "are back.",
                     "storage: " + what +
                         " while the server runs: nothing is saved or read until it is back. If it "
                         "cannot come back, stop the server and restore a backup");
    return errc::storage_failed;
  }
  for (int i = 0; i < tries; ++i) {
    if (contents_are_ours()) {
      if (gone_) problems_.resolve(gone_key, "storage: the database is back where it was");
      gone_ = false;
      return {};
    }
    sqlite3_sleep(try_pause_ms);
    find_page();
  }
  overwritten_ = true;
  problems_.report(overwritten_key,
                   "The database's contents were replaced while the server ran. Nothing is saved "
                   "until the server is restarted.",
                   "storage: the contents of " + file_.path().string() +
                       " were replaced while the server runs: nothing is saved or read any more. "
                       "Stop the server, make sure that the right file is there, and start it");
  return errc::storage_failed;
}

bool FileGuard::contents_are_ours() {
  std::optional<History> now;
  {
    SqliteQuery row(tag_);
    if (row.next()) now = read_tag(row.bytes(0));
  }
  const bool first = history_.epoch == Epoch{};
  if (!now) return false;
  if (!first && (now->epoch != history_.epoch || now->commits < history_.commits)) return false;
  const auto in_file = file_.tag_on_page(page_, page_bytes_);
  if (in_file_ &&
      (!in_file || in_file->epoch != in_file_->epoch || in_file->commits < in_file_->commits))
    return false;
  if (in_file && in_file->epoch == now->epoch) in_file_ = in_file;
  history_ = *now;
  return true;
}

void FileGuard::find_page() {
  SqliteQuery row(root_page_);
  if (row.next()) page_ = row.number(0);
}

}  // namespace colo
