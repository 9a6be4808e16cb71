// The only writer of the database: writes are committed in batches.
//
// A write runs in its own savepoint within the transaction of its batch. Its caller resumes after
// the COMMIT, and callers resume in the order of their calls: two appends to one room return to the
// room's shard in the order of their seq. If the database file was replaced meanwhile, the
// whole batch is refused. Waiting writes are bounded in jobs and bytes.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "domain/errc.hpp"
#include "runtime/batch_worker.hpp"
#include "runtime/problems.hpp"
#include "storage/file_guard.hpp"
#include "storage/history_keeper.hpp"

namespace colo {

class GroupCommit {
 public:
  /// The arguments must outlive this, and from now on only the writer thread may use them.
  GroupCommit(SQLite::Database& db, FileGuard& guard, HistoryKeeper& history, Problems& problems,
              BatchLimit limit);

  /// Calls `write()`, which returns a result<T>, on the writer thread. Its changes are undone when
  /// it refuses or throws. `bytes`: the memory that its arguments hold.
  /// Errors: its own; storage_failed when SQLite fails, internal when it throws something else
  /// (both are logged); busy when the queue is full.
  template <class Write>
  boost::asio::awaitable<std::invoke_result_t<Write&>> run(Write write, std::size_t bytes = 0) {
    // Enqueued synchronously when it is awaited, so the queue has the order of the calls.
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                       void(std::invoke_result_t<Write&>)>(
        [this, bytes](auto handler, Write moved) {
          enqueue(std::make_unique<Waiting<Write, decltype(handler)>>(std::move(moved),
                                                                      std::move(handler)),
                  bytes);
        },
        boost::asio::use_awaitable, std::move(write));
  }

  /// Commits the waiting writes and joins the thread; later writes are refused.
  void stop() { worker_.stop(); }

 private:
  class Job {
   public:
    virtual ~Job() = default;
    virtual bool run() = 0;  // false: refused
    virtual void refuse(const Refusal& why) = 0;
    virtual void complete() = 0;
  };

  template <class Write, class Handler>
  class Waiting final : public Job {
   public:
    Waiting(Write write, Handler handler)
        : write_(std::move(write)),
          handler_(std::move(handler)),
          work_(boost::asio::get_associated_executor(handler_)) {}

    bool run() override {
      outcome_ = write_();
      return outcome_.has_value();
    }
    void refuse(const Refusal& why) override { outcome_ = why; }
    void complete() override {
      boost::asio::post(work_.get_executor(),
                        [handler = std::move(handler_), outcome = std::move(outcome_)]() mutable {
                          std::move(handler)(std::move(outcome));
                        });
    }

   private:
    Write write_;
    Handler handler_;
    // Keeps the caller's event loop running until we complete.
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
    std::invoke_result_t<Write&> outcome_ = Refusal(errc::storage_failed);
  };

  void enqueue(std::unique_ptr<Job> job, std::size_t bytes);
  void run_batch(std::vector<std::unique_ptr<Job>>& batch);
  void run_transaction(std::vector<std::unique_ptr<Job>>& batch);
  bool file_is_ours(std::vector<std::unique_ptr<Job>>& batch);
  void run_in_savepoint(Job& job);
  void report(const SQLite::Exception& e);
  bool in_transaction();

  SQLite::Database& db_;
  FileGuard& guard_;
  HistoryKeeper& history_;
  Problems& problems_;
  SQLite::Statement begin_;
  SQLite::Statement commit_;
  SQLite::Statement savepoint_;
  SQLite::Statement undo_;
  SQLite::Statement release_;
  BatchWorker<std::unique_ptr<Job>> worker_;  // last: its thread uses the other members
};

}  // namespace colo
