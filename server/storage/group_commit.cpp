#include "storage/group_commit.hpp"

#include <SQLiteCpp/Exception.h>
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

}  // namespace

GroupCommit::GroupCommit(SQLite::Database& db, std::size_t jobs_max)
    : db_(db),
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
    log::error("storage: {} writes could not be committed: {}", batch.size(), e.what());
    if (in_transaction()) static_cast<void>(db_.tryExec("ROLLBACK"));
    for (auto& job : batch) job->refuse(errc::storage_failed);
  }
  for (auto& job : batch) job->complete();
}

void GroupCommit::run_transaction(std::vector<std::unique_ptr<Job>>& batch) {
  SqliteQuery(begin_).run();
  for (auto& job : batch) run_in_savepoint(*job);
  SqliteQuery(commit_).run();
}

void GroupCommit::run_in_savepoint(Job& job) {
  SqliteQuery(savepoint_).run();
  bool keep = false;
  try {
    keep = job.run();
  } catch (const SQLite::Exception& e) {
    // A full disk or an I/O error can end the whole transaction with it.
    if (!in_transaction()) throw;
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
