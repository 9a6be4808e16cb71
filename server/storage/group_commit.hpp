// The one writer of the database: writes become durable together.
//
// A write runs on the writer's thread, in a savepoint of its own within the
// transaction of its batch. Its caller hears of it after the COMMIT, never
// before, and callers hear in the order in which they asked: two appends to
// one room come back to the room's shard in the order of their seq. A batch
// that was committed into a file which is not there any more is refused.
#pragma once

#include <SQLiteCpp/Database.h>
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
  /// All must outlive this; from now on they are the writer thread's alone.
  GroupCommit(SQLite::Database& db, FileGuard& guard, HistoryKeeper& history, Problems& problems,
              std::size_t jobs_max);

  /// Calls `write()`, which returns a result<T>, on the writer's thread. What
  /// it changed is undone when it refuses or throws SQLite::Exception.
  /// Errors: its own; storage_failed; busy when `jobs_max` writes wait already.
  template <class Write>
  boost::asio::awaitable<std::invoke_result_t<Write&>> run(Write write) {
    // Queued when it is awaited, within that call: writes stand in the order
    // in which their callers came.
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&,
                                       void(std::invoke_result_t<Write&>)>(
        [this](auto handler, Write moved) {
          enqueue(std::make_unique<Waiting<Write, decltype(handler)>>(std::move(moved),
                                                                      std::move(handler)));
        },
        boost::asio::use_awaitable, std::move(write));
  }

  /// Commits what was asked for and joins the thread; later writes are refused.
  void stop() { worker_.stop(); }

 private:
  class Job {
   public:
    virtual ~Job() = default;
    virtual bool run() = 0;  // false: it refused
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
    // Keeps the caller's event loop running while it waits for us.
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
    std::invoke_result_t<Write&> outcome_ = Refusal(errc::storage_failed);
  };

  void enqueue(std::unique_ptr<Job> job);
  void run_batch(std::vector<std::unique_ptr<Job>>& batch);
  void run_transaction(std::vector<std::unique_ptr<Job>>& batch);
  bool file_is_ours(std::vector<std::unique_ptr<Job>>& batch);
  void run_in_savepoint(Job& job);
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
  BatchWorker<std::unique_ptr<Job>> worker_;  // last: its thread uses the rest
};

}  // namespace colo
