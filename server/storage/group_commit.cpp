#include "storage/group_commit.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <exception>
#include <string>

#include "runtime/log.hpp"
#include "storage/sqlite_query.hpp"

namespace colo {

namespace {

// Halves the writes and fsyncs of a busy server, for a delay below that of one fsync.
constexpr std::chrono::milliseconds commit_pause{2};

constexpr const char* commit_key = "database commit";
constexpr const char* write_key = "database write";

// The disk fails, not this write: the COMMIT would fail, too, and be a second report.
bool concerns_the_whole_batch(const SQLite::Exception& e) {
  switch (e.getErrorCode()) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return true;
    default:
      return false;
  }
}

}  // namespace

GroupCommit::GroupCommit(SQLite::Database& db, FileGuard& guard, HistoryKeeper& history,
                         Problems& problems, BatchLimit limit)
    : db_(db),
      guard_(guard),
      history_(history),
      problems_(problems),
      begin_(db, "BEGIN IMMEDIATE"),
      commit_(db, "COMMIT"),
      savepoint_(db, "SAVEPOINT job"),
      undo_(db, "ROLLBACK TO job"),
      release_(db, "RELEASE job"),
      worker_(
          "storage: writes", [this](std::vector<std::unique_ptr<Job>>& batch) { run_batch(batch); },
          limit, commit_pause) {}

void GroupCommit::enqueue(std::unique_ptr<Job> job, std::size_t bytes) {
  if (worker_.submit(std::move(job), bytes)) return;
  // submit() does not take a job that it refuses.
  job->refuse(errc::busy);
  job->complete();
}

void GroupCommit::run_batch(std::vector<std::unique_ptr<Job>>& batch) {
  try {
    run_transaction(batch);
  } catch (const std::exception& e) {
    problems_.report(commit_key, "The database cannot be written to.",
                     fmt::format("storage: writes cannot be committed: {}", e.what()));
    // If this fails, the next BEGIN fails and is reported.
    if (in_transaction()) static_cast<void>(db_.tryExec("ROLLBACK"));
    for (auto& job : batch) job->refuse(errc::storage_failed);
  }
  for (auto& job : batch) {
    try {
      job->complete();
    } catch (const std::exception& e) {  // the others' callers wait, too
      log::error("storage: the caller of a write was not resumed: {}", e.what());
    }
  }
}

void GroupCommit::run_transaction(std::vector<std::unique_ptr<Job>>& batch) {
  // Checked before, so that a checkpoint does not write into another database's file, and after,
  // so that nothing is acknowledged that a restart would not find.
  if (!file_is_ours(batch)) return;
  SqliteQuery(begin_).run();
  const auto changes = sqlite3_total_changes64(db_.getHandle());
  for (auto& job : batch) run_in_savepoint(*job);
  const bool changed = sqlite3_total_changes64(db_.getHandle()) != changes;
  if (changed) history_.count_commit();
  SqliteQuery(commit_).run();
  problems_.resolve(commit_key, "storage: writes are committed again");
  if (file_is_ours(batch) && changed) history_.note(guard_);
}

bool GroupCommit::file_is_ours(std::vector<std::unique_ptr<Job>>& batch) {
  const auto ours = guard_.check();
  if (ours) return true;
  history_.note(guard_);
  for (auto& job : batch) job->refuse(ours.error());
  return false;
}

void GroupCommit::run_in_savepoint(Job& job) {
  SqliteQuery(savepoint_).run();
  bool keep = false;
  try {
    keep = job.run();
  } catch (const SQLite::Exception& e) {
    if (!in_transaction() || concerns_the_whole_batch(e)) throw;
    report(e);
    job.refuse(errc::storage_failed);
  } catch (const std::exception& e) {
    log::error("storage: a write failed because of a bug: {}", e.what());
    job.refuse(errc::internal);
  }
  if (!keep) SqliteQuery(undo_).run();
  SqliteQuery(release_).run();
}

void GroupCommit::report(const SQLite::Exception& e) {
  // Each further write to that place fails likewise.
  if (e.getErrorCode() == SQLITE_CORRUPT)
    problems_.report(write_key, "The database is damaged where new messages are written.",
                     fmt::format("storage: a write failed on a damaged page: {}. `colo verify` "
                                 "says where the damage is and what to do",
                                 e.what()));
  else
    log::error("storage: a write failed: {}", e.what());
}

bool GroupCommit::in_transaction() {
  return sqlite3_get_autocommit(db_.getHandle()) == 0;
}

}  // namespace colo
