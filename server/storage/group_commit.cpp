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

// With it a busy server writes and syncs half as much; nobody waits long for an fsync more.
constexpr std::chrono::milliseconds commit_pause{2};

constexpr const char* commit_key = "database commit";
constexpr const char* write_key = "database write";

}  // namespace

GroupCommit::GroupCommit(SQLite::Database& db, FileGuard& guard, HistoryKeeper& history,
                         Problems& problems, std::size_t jobs_max)
    : db_(db),
      guard_(guard),
      history_(history),
      problems_(problems),
      begin_(db, "BEGIN IMMEDIATE"),
      commit_(db, "COMMIT"),
      savepoint_(db, "SAVEPOINT job"),
      undo_(db, "ROLLBACK TO job"),
      release_(db, "RELEASE job"),
      worker_([this](std::vector<std::unique_ptr<Job>>& batch) { run_batch(batch); }, jobs_max,
              commit_pause) {}

void GroupCommit::enqueue(std::unique_ptr<Job> job) {
  if (worker_.submit(std::move(job))) return;
  // submit() leaves a job that it does not take.
  job->refuse(errc::busy);
  job->complete();
}

void GroupCommit::run_batch(std::vector<std::unique_ptr<Job>>& batch) {
  try {
    run_transaction(batch);
  } catch (const std::exception& e) {
    problems_.report(commit_key, "The database cannot be written to.",
                     fmt::format("storage: writes cannot be committed: {}", e.what()));
    if (in_transaction()) static_cast<void>(db_.tryExec("ROLLBACK"));
    for (auto& job : batch) job->refuse(errc::storage_failed);
  }
  for (auto& job : batch) job->complete();
}

void GroupCommit::run_transaction(std::vector<std::unique_ptr<Job>>& batch) {
  // Before, so that a checkpoint writes into no file that is another's; after, so
  // that nothing is acknowledged which a restart would not find.
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
    // A full disk or an I/O error can end the whole transaction with it.
    if (!in_transaction()) throw;
    // Damage is met by each write that comes there.
    if (e.getErrorCode() == SQLITE_CORRUPT)
      problems_.report(write_key, "The database is damaged where new messages are written.",
                       fmt::format("storage: a write met a damaged page: {}. `colo verify` says "
                                   "where, and what to do",
                                   e.what()));
    else
      log::error("storage: a write failed: {}", e.what());
    job.refuse(errc::storage_failed);
  }
  if (!keep) SqliteQuery(undo_).run();
  SqliteQuery(release_).run();
}

bool GroupCommit::in_transaction() {
  return sqlite3_get_autocommit(db_.getHandle()) == 0;
}

}  // namespace colo
