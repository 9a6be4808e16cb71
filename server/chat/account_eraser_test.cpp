#include "chat/account_eraser.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "domain/limits.hpp"
#include "runtime/run_to_end.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

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
  BackgroundLoops loops_{clock_};
  Shards shards_{2};
  SqliteStore store_{folder_.path() / "colo.db"};
  Rooms rooms_{{{{"den"}, "The Den", "", true, 64, {}}},
               shards_,
               store_,
               clock_,
               {1000, std::chrono::minutes{1}}};
  AccountEraser eraser_{shards_, rooms_, store_, store_};
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

TEST_F(AccountEraserTest, WhatAnEarlierRunLeftIsErased) {
  draw("den", 3);
  ASSERT_TRUE(run_to_end(store_.remove_account(ann_.id, {1}, true)));
  eraser_.start(loops_);
  wait_until_erased();
  EXPECT_TRUE(run_to_end(store_.rooms_drawn_in(ann_.id)).value().empty());
}

}  // namespace
}  // namespace colo
