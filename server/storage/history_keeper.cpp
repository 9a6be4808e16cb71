#include "storage/history_keeper.hpp"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "runtime/log.hpp"
#include "storage/sqlite_query.hpp"

namespace colo {
namespace {

History history_in(SQLite::Statement& tag) {
  SqliteQuery row(tag);
  const auto found = row.next() ? read_tag(row.bytes(0)) : std::nullopt;
  if (!found) throw std::runtime_error("its table \"history\" is damaged");
  return *found;
}

void warn_of_mark(const std::filesystem::path& file) {
  log::warn("storage: {} cannot be written: a restored backup may not be detected",
            mark_of(file).string());
}

}  // namespace

HistoryKeeper::HistoryKeeper(SQLite::Database& db, const DatabaseFile& file, OpenedBy opened_by)
    : file_(file), tag_(db, "SELECT tag FROM history"), set_tag_(db, "UPDATE history SET tag = ?") {
  if (opened_by == OpenedBy::admin_command) return;
  mark_ = std::make_unique<MarkWriter>(file.path());
  SQLite::Transaction step(db, SQLite::TransactionBehavior::IMMEDIATE);
  const auto found = history_in(tag_);
  const auto why = why_not_the_same(found);
  if (why.empty()) {
    // Before the first commit: after a power cut the file may differ from how the last stop left
    // it.
    note_running(found);
    count_commit();  // with commits > 0 a missing mark is significant
  } else {
    begin_anew(db, found);
    log::warn(
        "storage: {}: {}. Saved rooms begin a new history, so that clients drop what this "
        "database does not hold",
        file.path().string(), why);
  }
  step.commit();
  note_running(history_in(tag_));
  // Copies the tag into the file itself. If a reader prevents it, a later checkpoint does.
  static_cast<void>(db.tryExec("PRAGMA wal_checkpoint(PASSIVE)"));
}

// Empty: the history continues.
std::string HistoryKeeper::why_not_the_same(const History& found) const {
  const auto& mark = file_.found_mark();
  const auto mark_path = mark_of(file_.path()).string();
  if (!mark) return found.commits == 0 ? "" : mark_path + " is missing";
  if (mark->history.epoch != found.epoch) return "it is another database than the last time";
  if (mark->history.commits > found.commits) return "it is older than the last time";
  // It may be an older copy that another server has written to since.
  if (mark->file != file_.inode()) return "it is another file than the last time";
  if (mark->state == DatabaseMark::State::overwritten ||
      (mark->state == DatabaseMark::State::closed && !file_.is_as_closed()))
    return "it was changed since the last time";
  return "";
}

void HistoryKeeper::begin_anew(SQLite::Database& db, const History& found) {
  auto commits = found.commits;
  if (const auto& mark = file_.found_mark()) commits = std::max(commits, mark->history.commits);
  SqliteQuery(set_tag_).with(tag_of({random_epoch(), commits + 1})).run();
  db.exec("UPDATE history SET restored = 1");
  db.exec("UPDATE rooms SET restored_at = last_seq");
}

void HistoryKeeper::count_commit() {
  auto history = history_in(tag_);
  ++history.commits;
  SqliteQuery(set_tag_).with(tag_of(history)).run();
}

void HistoryKeeper::note(const FileGuard& guard) {
  if (!mark_ || (guard.gone() && !guard.overwritten())) return;
  auto mark = mark_with(guard.history());
  mark.commits_in_file = guard.commits_in_file();
  if (guard.overwritten()) mark.state = DatabaseMark::State::overwritten;
  if (!mark_->write(mark)) warn_once();
}

void HistoryKeeper::note_running(const History& history) {
  if (!mark_->write_to_disk(mark_with(history))) warn_once();
}

DatabaseMark HistoryKeeper::mark_with(const History& history) const {
  DatabaseMark mark;
  mark.history = history;
  mark.file = file_.inode();
  mark.wal = file_.wal_inode();
  mark.boot = boot_;
  return mark;
}

void HistoryKeeper::warn_once() {
  if (!std::exchange(warned_, true)) warn_of_mark(file_.path());
}

void note_closed(const DatabaseFile& file, OpenedBy opened_by, const History& history) {
  if (opened_by == OpenedBy::admin_command && !file.is_as_closed()) return;  // the server writes it
  DatabaseMark mark;
  mark.history = history;
  mark.commits_in_file = history.commits;
  mark.file = file.inode();
  mark.wal = file.wal_inode();
  mark.boot = boot_id();
  file.describe_closed(mark);
  if (mark.state != DatabaseMark::State::closed) return;
  try {
    if (!MarkWriter(file.path()).write(mark)) warn_of_mark(file.path());
  } catch (const std::runtime_error& e) {
    log::warn("storage: {}", e.what());
  }
}

}  // namespace colo
