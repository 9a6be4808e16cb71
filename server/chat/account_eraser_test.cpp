#include "chat/account_eraser.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "chat/forwarding_log.hpp"
#include "domain/limits.hpp"
#include "runtime/run_to_end.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

// Fails in its first batch of erasing, if asked to.
class FailingLog final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  asio::awaitable<result<Erasure>> erase_of(RoomId room, UserId author,
                                            std::size_t limit) override {
    if (fails.exchange(false)) throw std::runtime_error("out of memory");
    return ForwardingLog::erase_of(std::move(room), author, limit);
  }
  std::atomic<bool> fails{false};
};

class AccountEraserTest : public testing::Test {
 protected:
  AccountEraserTest() { shards_.start(); }
  ~AccountEraserTest() override {
    store_.stop();
    shards_.stop();
  }

  void draw(const std::string& room, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      Message message{{room}, ann_, {}, std::string("ink"), "", {}, {}, {}, {}};
      ++drawn_;
      std::memcpy(message.client_id.bytes.data(), &drawn_, sizeof drawn_);
      ASSERT_TRUE(run_to_end(store_.append(message)));
    }
  }

  // On a loop of its own: the eraser works on its shard.
  void wait_until_erased() {
    while (!run_to_end(store_.accounts_to_erase()).value().empty()) std::this_thread::yield();
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  BackgroundLoops loops_{clock_, std::chrono::milliseconds{1}};
  Shards shards_{2};
  SqliteStore store_{folder_.path() / "colo.db"};
  FailingLog log_{store_};
  Rooms rooms_{{{{"den"}, "The Den", "", true, 64, {}}},
               shards_,
               log_,
               clock_,
               {1000, std::chrono::minutes{1}}};
  AccountEraser eraser_{shards_, rooms_, log_, store_};
  User ann_ =
      run_to_end(store_.create_account(parse_name("Ann").value(), "a hash", {})).value().user;
  std::uint32_t drawn_ = 0;
};

TEST_F(AccountEraserTest, AllRoomsAreClearedAlsoThoseNotConfiguredAnyMore) {
  draw("den", 3);
  eraser_.start(loops_);
  draw("attic", static_cast<std::uint32_t>(limits::erase_batch_max) + 5);
  ASSERT_TRUE(run_to_end(store_.remove_account(ann_.id, {1}, true)));
  eraser_.erase_drawings();
  wait_until_erased();
  for (const char* room : {"den", "attic"})
    EXPECT_TRUE(run_to_end(store_.after({room}, {0}, 50)).value().messages.empty());
  EXPECT_EQ(run_to_end(store_.last_deletion({"attic"}))->value, limits::erase_batch_max + 5);
}

TEST_F(AccountEraserTest, ErasingContinuesAfterARestart) {
  draw("den", 3);
  ASSERT_TRUE(run_to_end(store_.remove_account(ann_.id, {1}, true)));
  eraser_.start(loops_);
  wait_until_erased();
  EXPECT_TRUE(run_to_end(store_.rooms_drawn_in(ann_.id)).value().empty());
}

TEST_F(AccountEraserTest, ErasingContinuesAfterAnException) {
  draw("den", 3);
  ASSERT_TRUE(run_to_end(store_.remove_account(ann_.id, {1}, true)));
  log_.fails = true;
  eraser_.start(loops_);
  wait_until_erased();
  EXPECT_FALSE(log_.fails);
  EXPECT_EQ(loops_.failing(), std::vector<std::string>{"erasing drawings"});
  EXPECT_TRUE(run_to_end(store_.rooms_drawn_in(ann_.id)).value().empty());
}

TEST_F(AccountEraserTest, ManyAccountsAreErasedAFewAtATime) {
  const auto count = limits::accounts_erased_at_once + 6;
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = parse_name("Person " + std::to_string(i)).value();
    const auto account = run_to_end(store_.create_account(name, "a hash", {})).value();
    ASSERT_TRUE(run_to_end(store_.remove_account(account.user.id, {1}, true)));
  }
  EXPECT_EQ(run_to_end(store_.accounts_to_erase())->size(), limits::accounts_erased_at_once);
  eraser_.start(loops_);
  wait_until_erased();
}

}  // namespace
}  // namespace colo
