#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/limits.hpp"
#include "storage/message_log_contract.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;
using Seqs = std::vector<std::uint64_t>;

class RetentionTest : public testing::Test {
 protected:
  void restart() {
    store.reset();
    store = std::make_unique<SqliteStore>(file);
  }
  void draw(std::uint32_t count) {
    boost::asio::io_context loop{1};
    const auto note = [](const result<Stored>& stored) { ASSERT_TRUE(stored); };
    for (std::uint32_t i = 0; i < count; ++i) {
      Message message = drawing(ann, ++drawn);
      message.sent_at = clock.wall();
      boost::asio::co_spawn(loop, append_and_note(*store, message, note),
                            [](std::exception_ptr thrown) { ASSERT_FALSE(thrown); });
    }
    loop.run();
  }
  void erase(std::uint64_t seq) { ASSERT_TRUE(run_to_end(store->erase(den, {seq}, ann))); }
  // One pass; returns the number of drawings removed from the den.
  std::uint64_t prune(const Keep& keep) {
    const auto pruned = run_to_end(store->prune({{den, keep}}, clock.now(), clock.wall())).value();
    const auto found = pruned.find(den);
    return found == pruned.end() ? 0 : found->second.messages;
  }
  // The server runs for this long, with a pass at intervals.
  void run_for(std::chrono::hours time, const Keep& keep) {
    const auto step = std::max<std::chrono::hours>(1h, time / 24);
    for (auto passed = 0h; passed < time; passed += step) {
      clock.advance(step);
      prune(keep);
    }
  }
  Seqs seen() { return seqs_of(run_to_end(store->after(den, {0}, 10'000)).value()); }
  std::int64_t rows(const std::string& table) {
    SQLite::Database db(file.string());
    return db.execAndGet("SELECT count(*) FROM " + table).getInt64();
  }
  static Keep by_age(std::chrono::seconds age) { return {age, {}}; }
  static Keep by_number(std::uint64_t messages) { return {{}, messages}; }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "colo.db";
  RoomId den{"den"};
  ManualClock clock;
  std::unique_ptr<SqliteStore> store = std::make_unique<SqliteStore>(file);
  User ann = run_to_end(store->create_account(parse_name("Ann").value(), "hash", {})).value().user;
  std::uint32_t drawn = 0;
};

TEST_F(RetentionTest, KeepingEverythingRemovesNothing) {
  draw(5);
  prune({});
  clock.advance(24h * 3650);
  EXPECT_EQ(prune({}), 0u);
  EXPECT_EQ(seen().size(), 5u);
}

TEST_F(RetentionTest, ByNumberTheNewestStay) {
  draw(5);
  EXPECT_EQ(prune(by_number(2)), 3u);
  EXPECT_EQ(seen(), (Seqs{4, 5}));
  EXPECT_EQ(prune(by_number(2)), 0u);
}

TEST_F(RetentionTest, ByNumberOnlyVisibleMessagesCount) {
  draw(10);
  for (std::uint64_t seq = 6; seq <= 10; ++seq) erase(seq);
  EXPECT_EQ(prune(by_number(5)), 0u);
  EXPECT_EQ(seen(), (Seqs{1, 2, 3, 4, 5}));
  EXPECT_EQ(prune(by_number(3)), 2u);
  EXPECT_EQ(seen(), (Seqs{3, 4, 5}));
}

TEST_F(RetentionTest, ByAgeRecentMessagesStay) {
  const auto keep = by_age(72h);
  draw(3);
  run_for(24h, keep);
  draw(2);
  run_for(47h, keep);
  EXPECT_EQ(seen(), (Seqs{1, 2, 3, 4, 5}));
  run_for(3h, keep);
  EXPECT_EQ(seen(), (Seqs{4, 5}));
  run_for(24h, keep);
  EXPECT_EQ(seen(), Seqs{});
}

TEST_F(RetentionTest, ByAgeWhenTheServerIsOffAtNight) {
  const auto keep = by_age(24h * 7);
  draw(3);
  for (int day = 0; day < 6; ++day) {
    run_for(8h, keep);
    clock.advance(16h);
    restart();
    prune(keep);
    EXPECT_EQ(seen().size(), 3u);
  }
  clock.advance(24h);
  restart();
  prune(keep);
  clock.advance(1h);
  EXPECT_EQ(prune(keep), 3u);
}

TEST_F(RetentionTest, AStartWithAClockFarAheadRemovesNothing) {
  const auto keep = by_age(24h * 30);
  draw(20);
  prune(keep);
  restart();
  clock.set_wall(24h * 40);
  EXPECT_EQ(prune(keep), 0u);
  run_for(2h, keep);
  restart();
  clock.set_wall(0h);
  EXPECT_EQ(prune(keep), 0u);
  run_for(48h, keep);
  EXPECT_EQ(seen().size(), 20u);
}

TEST_F(RetentionTest, DrawingsMadeBeforeTheClockWasSetStay) {
  const auto keep = by_age(24h * 30);
  clock.set_wall(-clock.wall().time_since_epoch());
  prune(keep);
  draw(5);
  run_for(1h, keep);
  clock.set_wall(0h);
  EXPECT_EQ(prune(keep), 0u);
  restart();
  EXPECT_EQ(prune(keep), 0u);
  // Nor after a day at the right time.
  run_for(48h, keep);
  EXPECT_EQ(seen().size(), 5u);
  run_for(24h * 31, keep);
  EXPECT_EQ(seen().size(), 0u);
}

TEST_F(RetentionTest, ALongTimeOffCountsAfterADayOfRunningForOlderDrawingsOnly) {
  const auto keep = by_age(24h * 30);
  draw(5);
  prune(keep);
  store.reset();
  clock.advance(24h * 40);
  restart();
  EXPECT_EQ(prune(keep), 0u);
  draw(3);
  run_for(23h, keep);
  EXPECT_EQ(seen().size(), 8u);
  run_for(2h, keep);
  EXPECT_EQ(seen(), (Seqs{6, 7, 8}));
}

TEST_F(RetentionTest, ByAgeWrongDatesOfDrawingsHaveNoEffect) {
  const auto keep = by_age(24h * 30);
  draw(3);
  clock.set_wall(-24h * 365);
  draw(1);
  clock.set_wall(24h * 365);
  draw(1);
  clock.set_wall(0h);
  draw(1);
  prune(keep);
  run_for(24h * 29, keep);
  EXPECT_EQ(seen(), (Seqs{1, 2, 3, 4, 5, 6}));
  run_for(24h * 2, keep);
  EXPECT_EQ(seen(), Seqs{});
}

TEST_F(RetentionTest, AKeepThatIsAddedLaterCountsFromTheBeginning) {
  draw(3);
  run_for(24h * 20, {});
  draw(2);
  run_for(24h * 20, {});
  EXPECT_EQ(prune(by_age(24h * 30)), 3u);
  EXPECT_EQ(seen(), (Seqs{4, 5}));
}

TEST_F(RetentionTest, SeqsContinueAfterPruning) {
  draw(5);
  EXPECT_EQ(prune(by_number(0)), 5u);
  EXPECT_EQ(run_to_end(store->last_seq(den))->value, 5u);
  draw(1);
  EXPECT_EQ(seen(), (Seqs{6}));
}

TEST_F(RetentionTest, DeletionsAreStillReportedAfterPruning) {
  draw(5);
  for (const std::uint64_t seq : {1, 4}) erase(seq);
  ASSERT_EQ(prune(by_number(2)), 1u);
  EXPECT_EQ(run_to_end(store->deleted(den, {0}, {2})).value(), (std::vector<Seq>{{1}, {4}}));
  EXPECT_EQ(run_to_end(store->erase(den, {5}, ann))->value, 3u);
}

TEST_F(RetentionTest, ARemixOutlivesTheNameOfItsOriginal) {
  draw(2);
  Message remix = drawing(ann, 103);
  remix.remix_of = {1};
  ASSERT_TRUE(run_to_end(store->append(remix)));
  ASSERT_EQ(prune(by_number(1)), 2u);
  EXPECT_EQ(run_to_end(store->after(den, {0}, 50))->messages.front().remix_author.name, "Ann");
  remix.client_id = client_id(104);
  EXPECT_EQ(run_to_end(store->append(remix))->remix_author.name, "");  // no longer known
}

TEST_F(RetentionTest, OtherRoomsAreUnchanged) {
  draw(5);
  run_to_end(store->prune({{{"attic"}, by_number(1)}}, clock.now(), clock.wall())).value();
  EXPECT_EQ(seen().size(), 5u);
}

TEST_F(RetentionTest, PruningContinuesUntilAllBatchesAreDone) {
  draw(1000);
  const auto pruned =
      run_to_end(store->prune({{den, by_number(10)}}, clock.now(), clock.wall())).value();
  EXPECT_EQ(pruned.at(den).messages, 990u);
  EXPECT_EQ(pruned.at(den).upto.value, 990u);
  EXPECT_EQ(seen().size(), 10u);
}

TEST_F(RetentionTest, RowsOfDeletedDrawingsAreRemovedWhenNoLongerNeeded) {
  const auto deleted = static_cast<std::uint32_t>(limits::deletions_told_max) + 500;
  draw(deleted);
  ASSERT_TRUE(run_to_end(store->erase_of(den, ann.id, deleted)));
  draw(5);
  prune({});
  // For a day a late retry is recognised.
  run_for(23h, {});
  EXPECT_EQ(rows("messages"), deleted + 5);
  EXPECT_TRUE(run_to_end(store->append(drawing(ann, 1)))->repeated);
  // Then those are removed that no client can request; the newest stay.
  run_for(2h, {});
  EXPECT_EQ(rows("messages"), static_cast<std::int64_t>(limits::deletions_told_max) + 5);
  EXPECT_EQ(run_to_end(store->deleted(den, {500}, {deleted}))->size(), limits::deletions_told_max);
  EXPECT_EQ(run_to_end(store->last_deletion(den))->value, deleted);
  EXPECT_EQ(seen().size(), 5u);
  run_for(48h, {});
  EXPECT_EQ(rows("messages"), static_cast<std::int64_t>(limits::deletions_told_max) + 5);
}

TEST_F(RetentionTest, DeletedRowsAreRemovedInUnconfiguredRoomsToo) {
  const auto deleted = static_cast<std::uint32_t>(limits::deletions_told_max) + 10;
  draw(deleted);
  ASSERT_TRUE(run_to_end(store->erase_of(den, ann.id, deleted)));
  for (int i = 0; i <= 25; ++i) {
    run_to_end(store->prune({}, clock.now(), clock.wall())).value();
    clock.advance(1h);
  }
  EXPECT_EQ(rows("messages"), static_cast<std::int64_t>(limits::deletions_told_max));
}

/// While this exists, SQLite finds no folder for temporary files.
class NoTemporaryFolder {
 public:
  NoTemporaryFolder() : usual_(sqlite3_vfs_find(nullptr)), none_(*usual_) {
    open_file = usual_->xOpen;
    none_.zName = "no temporary folder";
    none_.xOpen = [](sqlite3_vfs* vfs, const char* name, sqlite3_file* opened, int flags,
                     int* got) {
      if (name != nullptr) return open_file(vfs, name, opened, flags, got);
      opened->pMethods = nullptr;
      return SQLITE_IOERR_GETTEMPPATH;
    };
    sqlite3_vfs_register(&none_, 1);
  }
  NoTemporaryFolder(const NoTemporaryFolder&) = delete;
  NoTemporaryFolder& operator=(const NoTemporaryFolder&) = delete;
  ~NoTemporaryFolder() {
    sqlite3_vfs_register(usual_, 1);
    sqlite3_vfs_unregister(&none_);
  }

 private:
  inline static int (*open_file)(sqlite3_vfs*, const char*, sqlite3_file*, int, int*) = nullptr;
  sqlite3_vfs* usual_;
  sqlite3_vfs none_;
};

TEST_F(RetentionTest, NoTemporaryFolderIsNeededToPruneAndToErase) {
  store.reset();
  const NoTemporaryFolder nowhere;
  store = std::make_unique<SqliteStore>(file);
  boost::asio::io_context loop{1};
  const auto note = [](const result<Stored>& stored) { ASSERT_TRUE(stored); };
  for (std::uint32_t i = 1; i <= 600; ++i) {
    Message message = drawing(ann, i);
    message.drawing = std::string(3000, 'x');  // a typical one
    boost::asio::co_spawn(loop, append_and_note(*store, message, note),
                          [](std::exception_ptr thrown) { ASSERT_FALSE(thrown); });
  }
  loop.run();
  EXPECT_EQ(prune(by_number(300)), 300u);
  ASSERT_TRUE(run_to_end(store->remove_account(ann.id, {1}, true)));
  EXPECT_EQ(run_to_end(store->erase_of(den, ann.id, 300))->seqs.size(), 300u);
  EXPECT_EQ(seen(), Seqs{});
  store.reset();
}

}  // namespace
}  // namespace colo
