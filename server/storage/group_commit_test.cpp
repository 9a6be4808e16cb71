#include "storage/group_commit.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <boost/asio/co_spawn.hpp>
#include <stdexcept>

#include "domain/limits.hpp"
#include "runtime/log_capture.hpp"
#include "runtime/run_to_end.hpp"
#include "storage/schema.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

namespace asio = boost::asio;

// A writer of a database with one table of numbers.
class GroupCommitTest : public testing::Test {
 protected:
  static SQLite::Database open(DatabaseFile& file) {
    SQLite::Database db(file.path().string(), SQLite::OPEN_READWRITE);
    db.exec("PRAGMA journal_mode = WAL");
    bring_up_to_date(db);
    db.exec("CREATE TABLE numbers (number INTEGER PRIMARY KEY)");
    file.watch();
    return db;
  }

  // Without waiting; finish() runs the loop until all completed.
  void write(std::function<result<int>()> job) {
    asio::co_spawn(
        loop_, commits_.run(std::move(job)),
        [this](std::exception_ptr thrown, const result<int>& outcome) {
          ASSERT_FALSE(thrown);
          outcomes_.push_back(outcome ? std::nullopt : std::optional(outcome.error().code));
        });
  }
  void finish() { loop_.run(); }

  std::function<result<int>()> inserting(int number) {
    return [this, number]() -> result<int> {
      db_.exec("INSERT INTO numbers VALUES (" + std::to_string(number) + ")");
      return number;
    };
  }
  int count() { return db_.execAndGet("SELECT count(*) FROM numbers").getInt(); }

  LogCapture log_;
  TemporaryFolder folder_;
  DatabaseFile file_{folder_.path() / "colo.db"};
  SQLite::Database db_{open(file_)};
  Problems problems_;
  HistoryKeeper history_{db_, file_, OpenedBy::server};
  FileGuard guard_{db_, file_, problems_};
  asio::io_context loop_{1};
  std::vector<std::optional<errc>> outcomes_;  // none: it succeeded
  GroupCommit commits_{
      db_, guard_, history_, problems_, {limits::store_queue_max, limits::store_queue_bytes_max}};
};

constexpr std::optional<errc> success;

TEST_F(GroupCommitTest, AWriteThatThrowsIsRefusedAloneAndLoggedOnce) {
  write(inserting(1));
  write([this]() -> result<int> {
    inserting(2)().value();
    throw std::logic_error("a bug of ours");
  });
  write(inserting(3));
  finish();
  commits_.stop();
  EXPECT_EQ(outcomes_, (std::vector{success, std::optional(errc::internal), success}));
  EXPECT_EQ(count(), 2);
  EXPECT_TRUE(problems_.sentences().empty()) << "the database can be written to";
  EXPECT_EQ(log_.count("a bug of ours"), 1u);
}

TEST_F(GroupCommitTest, AFailedStatementIsLoggedOnce) {
  write(inserting(1));
  write(inserting(1));  // the same key
  finish();
  commits_.stop();
  EXPECT_EQ(outcomes_, (std::vector{success, std::optional(errc::storage_failed)}));
  EXPECT_EQ(log_.count("storage: a write failed: UNIQUE constraint failed"), 1u);
  EXPECT_EQ(log_.lines().size(), 1u);
}

TEST_F(GroupCommitTest, ADiskErrorRefusesTheWholeBatchAndIsLoggedOnce) {
  for (int i = 0; i < 3; ++i)
    write([]() -> result<int> { throw SQLite::Exception("disk I/O error", SQLITE_IOERR); });
  finish();
  write(inserting(1));
  loop_.restart();
  finish();
  commits_.stop();
  EXPECT_EQ(outcomes_.size(), 4u);
  EXPECT_EQ(outcomes_.back(), success);
  EXPECT_EQ(log_.count("disk I/O error"), 1u);
}

}  // namespace
}  // namespace colo
