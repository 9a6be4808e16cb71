#include "storage/sqlite_store.hpp"

#include <SQLiteCpp/Database.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "domain/limits.hpp"
#include "runtime/log_capture.hpp"
#include "storage/database_check.hpp"
#include "storage/message_log_contract.hpp"
#include "storage/row_reader.hpp"
#include "storage/temporary_folder.hpp"

namespace asio = boost::asio;

namespace colo {
namespace {

NameForms name_forms(const std::string& name) {
  return parse_name(name).value();
}

User register_person(SqliteStore& store, const std::string& name) {
  return run_to_end(store.create_account(name_forms(name), "hash of " + name, {})).value().user;
}

class SqliteFixture {
 public:
  MessageLog& log() { return store_; }
  User person(const std::string& name) { return register_person(store_, name); }
  User administrator(const std::string& name) {
    const Admission admission{{}, true, false, {}};
    return run_to_end(store_.create_account(name_forms(name), "hash", admission)).value().user;
  }
  void leave(const User& user) {
    ASSERT_TRUE(run_to_end(store_.remove_account(user.id, {1}, false)));
  }

 private:
  TemporaryFolder folder_;
  SqliteStore store_{folder_.path() / "colo.db"};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, MessageLogContract, SqliteFixture);

class SqliteStoreTest : public testing::Test {
 protected:
  std::string refusal_to_open() {
    try {
      const SqliteStore store(file);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "it opened";
  }
  std::vector<std::uint64_t> all_seqs(SqliteStore& store, const RoomId& room) {
    return seqs_of(run_to_end(store.after(room, {0}, 10'000)).value());
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "colo.db";
  RoomId den{"den"};
};

TEST_F(SqliteStoreTest, AcknowledgedMessagesSurviveReopening) {
  for (std::uint32_t life = 0; life < 3; ++life) {
    SqliteStore store(file);
    const User author = register_person(store, "Ann" + std::to_string(life));
    for (std::uint32_t i = 1; i <= 10; ++i) {
      ASSERT_EQ(run_to_end(store.append(drawing(author, i)))->seq.value, life * 10 + i);
    }
  }
  SqliteStore store(file);
  EXPECT_EQ(all_seqs(store, den).size(), 30u);
  EXPECT_EQ(run_to_end(store.last_seq(den))->value, 30u);
}

TEST_F(SqliteStoreTest, AcknowledgedMessagesAreOnDiskBeforeClosing) {
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  for (std::uint32_t i = 1; i <= 20; ++i) ASSERT_TRUE(run_to_end(store.append(drawing(ann, i))));
  // As after SIGKILL: the write-ahead log is not merged.
  const std::filesystem::path copy = folder.path() / "copy.db";
  std::filesystem::copy_file(file, copy);
  std::filesystem::copy_file(file.string() + "-wal", copy.string() + "-wal");
  SqliteStore found(copy);
  EXPECT_EQ(all_seqs(found, den).size(), 20u);
  EXPECT_TRUE(run_to_end(found.append(drawing(ann, 20)))->repeated);
  EXPECT_EQ(run_to_end(found.append(drawing(ann, 21)))->seq.value, 21u);
}

TEST_F(SqliteStoreTest, AFormerAdministratorCannotEraseMessagesOfOthers) {
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  ASSERT_TRUE(run_to_end(store.append(drawing(ann, 1))));
  const User bob =
      run_to_end(store.create_account(name_forms("Bob"), "", {{}, true, false, {}})).value().user;
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("UPDATE accounts SET admin = 0");
  ASSERT_TRUE(bob.admin);  // as of their Hello
  EXPECT_EQ(run_to_end(store.erase(den, {1}, bob)).error().code, errc::not_yours);
  EXPECT_TRUE(run_to_end(store.erase(den, {1}, ann)));
}

TEST_F(SqliteStoreTest, EachRoomHasItsOwnSeqs) {
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  Message elsewhere = drawing(ann, 2);
  elsewhere.room = {"attic"};
  ASSERT_EQ(run_to_end(store.append(drawing(ann, 1)))->seq.value, 1u);
  ASSERT_EQ(run_to_end(store.append(elsewhere))->seq.value, 1u);
  EXPECT_EQ(all_seqs(store, den).size(), 1u);
  EXPECT_EQ(run_to_end(store.last_seq({"cellar"}))->value, 0u);
}

TEST_F(SqliteStoreTest, AClientIdUsedInAnotherRoomIsRefused) {
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  ASSERT_TRUE(run_to_end(store.append(drawing(ann, 1))));
  Message elsewhere = drawing(ann, 1);
  elsewhere.room = {"attic"};
  const auto refused = run_to_end(store.append(elsewhere));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::bad_client_id);
  EXPECT_EQ(run_to_end(store.last_seq({"attic"}))->value, 0u);
}

TEST_F(SqliteStoreTest, AWriteThatFailsDoesNotAffectTheOthersOfItsBatch) {
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  const User nobody{{999}, "Nobody", false};  // no such account: the insert fails
  boost::asio::io_context loop{1};
  std::vector<std::uint64_t> given;
  std::size_t failed = 0;
  const auto note = [&](const result<Stored>& stored) {
    if (stored) {
      given.push_back(stored->seq.value);
    } else {
      EXPECT_EQ(stored.error().code, errc::storage_failed);
      ++failed;
    }
  };
  for (std::uint32_t i = 1; i <= 60; ++i) {
    const User& author = i % 3 == 0 ? nobody : ann;
    boost::asio::co_spawn(loop, append_and_note(store, drawing(author, i), note),
                          [](std::exception_ptr thrown) { ASSERT_FALSE(thrown); });
  }
  loop.run();
  EXPECT_EQ(failed, 20u);
  ASSERT_EQ(given.size(), 40u);
  for (std::size_t i = 0; i < given.size(); ++i) EXPECT_EQ(given[i], i + 1);
  EXPECT_EQ(all_seqs(store, den), given);
}

/// Makes the disk full for this process.
class FullDisk {
 public:
  FullDisk() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    signal_before_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit nothing{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &nothing);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_before_);
  }

 private:
  rlimit before_{};
  void (*signal_before_)(int) = nullptr;
};

TEST_F(SqliteStoreTest, OnAFullDiskNothingIsAcknowledgedAndNoSeqIsLost) {
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  ASSERT_TRUE(run_to_end(store.append(drawing(ann, 1))));
  boost::asio::io_context loop{1};
  std::size_t failed = 0;
  const auto note = [&](const result<Stored>& stored) {
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().code, errc::storage_failed);
    ++failed;
  };
  for (std::uint32_t i = 2; i <= 50; ++i) {
    boost::asio::co_spawn(loop, append_and_note(store, drawing(ann, i), note),
                          [](std::exception_ptr thrown) { ASSERT_FALSE(thrown); });
  }
  {
    const FullDisk full;
    loop.run();
  }
  EXPECT_EQ(failed, 49u);
  EXPECT_EQ(run_to_end(store.append(drawing(ann, 2)))->seq.value, 2u);
  EXPECT_EQ(all_seqs(store, den), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(SqliteStoreTest, StoppingCommitsTheWaitingWrites) {
  boost::asio::io_context loop{1};
  std::size_t stored_count = 0;
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  const auto note = [&](const result<Stored>& stored) { stored_count += stored ? 1 : 0; };
  for (std::uint32_t i = 1; i <= 100; ++i) {
    boost::asio::co_spawn(loop, append_and_note(store, drawing(ann, i), note),
                          [](std::exception_ptr thrown) { ASSERT_FALSE(thrown); });
  }
  loop.poll();  // enqueues all; hardly any completes
  store.stop();
  loop.run();
  EXPECT_EQ(stored_count, 100u);
  const auto late = run_to_end(store.append(drawing(ann, 101)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, errc::busy);
  EXPECT_GT(late.error().retry_after.count(), 0);
}

TEST_F(SqliteStoreTest, AFullQueueRefusesAsBusy) {
  boost::asio::io_context loop{1};
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  std::size_t stored_count = 0;
  std::size_t busy_count = 0;
  const auto note = [&](const result<Stored>& stored) {
    if (stored) {
      ++stored_count;
    } else {
      EXPECT_EQ(stored.error().code, errc::busy);
      ++busy_count;
    }
  };
  SQLite::Database elsewhere(file.string(), SQLite::OPEN_READWRITE);
  elsewhere.exec("BEGIN IMMEDIATE");  // blocks the writer, so the queue fills
  constexpr std::uint32_t count = 2 * limits::store_queue_max + 1;
  for (std::uint32_t i = 1; i <= count; ++i) {
    boost::asio::co_spawn(loop, append_and_note(store, drawing(ann, i), note),
                          [](std::exception_ptr thrown) { ASSERT_FALSE(thrown); });
  }
  loop.poll();
  elsewhere.exec("ROLLBACK");
  loop.run();
  EXPECT_EQ(stored_count + busy_count, count);
  EXPECT_GE(busy_count, 1u);
  EXPECT_GE(stored_count, limits::store_queue_max);
  EXPECT_EQ(run_to_end(store.last_seq(den))->value, stored_count);
}

TEST_F(SqliteStoreTest, AQueueFullOfLargeDrawingsRefusesAsBusy) {
  asio::io_context loop{1};
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  std::size_t stored_count = 0;
  std::size_t busy_count = 0;
  const auto note = [&](const result<Stored>& stored) {
    ++(stored ? stored_count : busy_count);
    if (!stored) {
      EXPECT_EQ(stored.error().code, errc::busy);
    }
  };
  SQLite::Database elsewhere(file.string(), SQLite::OPEN_READWRITE);
  elsewhere.exec("BEGIN IMMEDIATE");  // blocks the writer, so the queue fills
  constexpr std::size_t bytes = limits::frame_bytes_max;
  constexpr std::uint32_t count = 2 * limits::store_queue_bytes_max / bytes + 2;
  static_assert(count < limits::store_queue_max);
  Message large = drawing(ann, 0);
  large.drawing = std::string(bytes, 'x');
  for (std::uint32_t i = 1; i <= count; ++i) {
    large.client_id = drawing(ann, i).client_id;
    asio::co_spawn(loop, append_and_note(store, large, note),
                   [](std::exception_ptr thrown) { ASSERT_FALSE(thrown); });
  }
  loop.poll();
  elsewhere.exec("ROLLBACK");
  loop.run();
  EXPECT_EQ(stored_count + busy_count, count);
  EXPECT_GE(busy_count, 1u);
  EXPECT_GE(stored_count, limits::store_queue_bytes_max / bytes);
}

TEST_F(SqliteStoreTest, ErasedDrawingsAreNotInTheFileAfterClosing) {
  const std::string secret = "ink that must not be in the file any more";
  {
    SqliteStore store(file);
    const User ann = register_person(store, "Ann");
    Message message = drawing(ann, 1);
    message.drawing = secret;
    ASSERT_TRUE(run_to_end(store.append(message)));
    ASSERT_TRUE(run_to_end(store.erase(den, {1}, ann)));
  }
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(bytes.find(secret), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(file.string() + "-wal"));
}

TEST_F(SqliteStoreTest, ItsFilesAreReadableByTheOwnerOnly) {
  using std::filesystem::perms;
  std::ofstream(file).close();
  std::filesystem::permissions(file, perms::all);
  SqliteStore store(file);
  register_person(store, "Ann");
  for (const std::string suffix : {"", "-wal", "-shm"}) {
    EXPECT_EQ(std::filesystem::status(file.string() + suffix).permissions(),
              perms::owner_read | perms::owner_write)
        << suffix;
  }
}

TEST_F(SqliteStoreTest, AMissingFolderIsReportedInOneSentence) {
  file = folder.path() / "nowhere" / "colo.db";
  EXPECT_EQ(refusal_to_open(),
            "cannot open the database " + file.string() + ": No such file or directory");
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsRefusedAndUnchanged) {
  const std::string text = "Dear diary, this is not a database but a long enough text file.\n";
  std::ofstream(file) << text;
  EXPECT_EQ(refusal_to_open(), "cannot open the database " + file.string() +
                                   ": file is not a database. " + remedy_for(file));
  std::ifstream in(file);
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(in)), {}), text);
}

TEST_F(SqliteStoreTest, DamageIsReadAroundInBoundedSteps) {
  {
    SqliteStore store(file);
    ASSERT_TRUE(run_to_end(store.append(drawing(register_person(store, "Ann"), 1))));
  }
  // Opening skips as many rows as one call does, the first call as many more; one is left.
  const auto last = std::to_string(1 + 2 * RowReader::skipped_max + 1);
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("WITH RECURSIVE n(seq) AS (VALUES (2) UNION ALL SELECT seq + 1 FROM n WHERE seq < " +
            last +
            ") INSERT INTO messages (room, seq, author, client_id, sent_at, remix_of, caption, "
            "drawing) "
            "SELECT 'den', seq, 1, CAST(printf('%016d', seq) AS BLOB), 0, 0, '', x'FF' FROM n;"
            "UPDATE rooms SET last_seq = " +
            last);
  LogCapture log;
  Problems problems;
  SqliteStore store(file, OpenedBy::server, &problems);
  EXPECT_EQ(problems.sentences().size(), 1u);
  EXPECT_EQ(run_to_end(store.before(den, {1'000'000}, 50)).error().code, errc::storage_failed);
  EXPECT_EQ(problems.sentences().size(), 1u);
  EXPECT_EQ(log.count(" error storage:"), 1u);
  const auto page = run_to_end(store.before(den, {1'000'000}, 50));
  ASSERT_TRUE(page);
  EXPECT_EQ(seqs_of(*page), (std::vector<std::uint64_t>{1}));
  EXPECT_FALSE(page->more);
}

TEST_F(SqliteStoreTest, AnEmptiedDatabaseIsRefusedWhileItsOtherFilesExist) {
  { SqliteStore store(file); }
  std::filesystem::resize_file(file, 0);
  EXPECT_NE(refusal_to_open().find("it is empty"), std::string::npos) << refusal_to_open();
  std::filesystem::remove(file);
  EXPECT_NE(refusal_to_open().find("it is missing"), std::string::npos) << refusal_to_open();
  std::filesystem::remove(file.string() + "-mark");
  EXPECT_EQ(refusal_to_open(), "it opened");
}

TEST_F(SqliteStoreTest, OnlyAnOlderCopyChangesTheHistory) {
  const auto epoch_of = [this](SqliteStore& store) {
    return run_to_end(store.history(den))->epoch;
  };
  const auto copy = folder.path() / "copy.db";
  Epoch first;
  {
    SqliteStore store(file);
    first = epoch_of(store);
    EXPECT_NE(first, Epoch{});
    const User ann = register_person(store, "Ann");
    ASSERT_TRUE(run_to_end(store.append(drawing(ann, 1))));
  }
  std::filesystem::copy_file(file, copy);
  {
    SqliteStore store(file);
    EXPECT_EQ(epoch_of(store), first);
    EXPECT_FALSE(run_to_end(store.history(den))->restored_at);
    const User ann = run_to_end(store.find_account("ann"))->value().user;
    ASSERT_TRUE(run_to_end(store.append(drawing(ann, 2))));
  }
  std::filesystem::copy_file(copy, file, std::filesystem::copy_options::overwrite_existing);
  SqliteStore store(file);
  EXPECT_NE(epoch_of(store), first);
  EXPECT_EQ(run_to_end(store.history(den))->restored_at, Seq{1});
  EXPECT_EQ(run_to_end(store.history({"attic"}))->restored_at, Seq{0});
}

// Appends a letter to `order` when the call completes.
asio::awaitable<void> read_a_page(SqliteStore& store, std::string& order) {
  auto reading = store.after(RoomId{"den"}, Seq{}, 50);
  const auto page = co_await std::move(reading);
  EXPECT_TRUE(page);
  order += 'p';
}
asio::awaitable<void> look_up(SqliteStore& store, std::string& order) {
  auto looking = store.find_account(name_forms("Ann").key);
  const auto account = co_await std::move(looking);
  EXPECT_TRUE(account && *account);
  order += 'a';
}

TEST_F(SqliteStoreTest, SigningInDoesNotWaitForReadsOfHistory) {
  SqliteStore store(file);
  const User ann = register_person(store, "Ann");
  for (std::uint32_t i = 1; i <= 50; ++i) {
    Message message = drawing(ann, i);
    message.drawing = std::string(60'000, 'x');
    ASSERT_TRUE(run_to_end(store.append(message)));
  }
  asio::io_context loop{1};
  std::string order;
  for (int i = 0; i < 300; ++i) asio::co_spawn(loop, read_a_page(store, order), asio::detached);
  asio::co_spawn(loop, look_up(store, order), asio::detached);
  loop.run();
  ASSERT_EQ(order.size(), 301u);
  EXPECT_LT(order.find('a'), 150u) << "it was requested after 300 pages";
}

}  // namespace
}  // namespace colo
