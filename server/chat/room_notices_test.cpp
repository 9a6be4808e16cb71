// The presence notices and pens of people who join and leave often.
#include "chat/room_fixture.hpp"

namespace colo {
namespace {

class RoomNotices : public RoomTest {
 protected:
  void come_and_go(Room& room, const User& user, const std::shared_ptr<Client>& client) {
    ASSERT_TRUE(join(room, user, client));
    room.leave(user.id, client->connection(), Departure::clean);
    settle();
  }
  // As in a running server.
  void seconds_pass(Room& room, int seconds) {
    for (int i = 0; i < seconds; ++i) {
      clock_.advance(1s);
      room.sweep();
      settle();
    }
  }
};

TEST_F(RoomNotices, OfManyChangesAFewArePublishedAndThenTheFinalState) {
  auto room = make(saved());
  const auto watcher = client();
  ASSERT_TRUE(join(room, ben_, watcher));
  watcher->frames.clear();
  const auto flooder = client();
  for (int i = 0; i < 1000; ++i) come_and_go(room, ana_, flooder);
  EXPECT_EQ(watcher->notices().size(), 5u);
  ASSERT_TRUE(join(room, ana_, flooder));
  settle();
  EXPECT_EQ(watcher->notices().size(), 5u);
  seconds_pass(room, 60);
  EXPECT_EQ(watcher->notices().back(), "Ana joined");
  room.leave(ana_.id, flooder->connection(), Departure::clean);
  seconds_pass(room, 60);
  EXPECT_EQ(watcher->notices().back(), "Ana left");
  EXPECT_LE(watcher->notices().size(), 8u);
}

TEST_F(RoomNotices, AStateThatWasPublishedIsNotPublishedAgain) {
  auto room = make(saved());
  const auto watcher = client();
  ASSERT_TRUE(join(room, ben_, watcher));
  watcher->frames.clear();
  const auto flooder = client();
  ASSERT_TRUE(join(room, ana_, flooder));
  for (int i = 0; i < 100; ++i) {
    room.leave(ana_.id, flooder->connection(), Departure::clean);
    ASSERT_TRUE(join(room, ana_, flooder));
  }
  settle();
  const auto notices_before = watcher->notices();
  ASSERT_EQ(notices_before.back(), "Ana joined");
  seconds_pass(room, 60);
  EXPECT_EQ(watcher->notices(), notices_before);
}

TEST_F(RoomNotices, AFloodByOnePersonDoesNotHideAnother) {
  auto room = make(saved());
  const auto watcher = client();
  ASSERT_TRUE(join(room, ben_, watcher));
  const auto flooder = client();
  for (int i = 0; i < 100; ++i) come_and_go(room, ana_, flooder);
  const User cy{{3}, "Cy", false};
  const auto third = client();
  come_and_go(room, cy, third);
  const auto notices = watcher->notices();
  ASSERT_GE(notices.size(), 2u);
  EXPECT_EQ(notices[notices.size() - 2], "Cy joined");
  EXPECT_EQ(notices.back(), "Cy left");
}

TEST_F(RoomNotices, LeavingDoesNotResetTheRateOfPens) {
  auto room = make(saved());
  const auto watcher = client();
  ASSERT_TRUE(join(room, ben_, watcher));
  const auto flooder = client();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(join(room, ana_, flooder));
    room.set_pen(ana_.id, flooder->connection(), true);
    room.leave(ana_.id, flooder->connection(), Departure::clean);
    settle();
  }
  EXPECT_EQ(watcher->pens(), "+Ana-Ana");
}

TEST_F(RoomNotices, ADeletedAccountLeavesImmediatelyAfterAFloodToo) {
  auto room = make(saved());
  const auto watcher = client();
  ASSERT_TRUE(join(room, ben_, watcher));
  const auto flooder = client();
  for (int i = 0; i < 100; ++i) come_and_go(room, ana_, flooder);
  ASSERT_TRUE(join(room, ana_, flooder));
  seconds_pass(room, 10);
  ASSERT_EQ(watcher->notices().back(), "Ana joined");
  room.remove_account(ana_.id);
  settle();
  EXPECT_EQ(watcher->notices().back(), "Ana left");
  const auto notices_before = watcher->notices().size();
  seconds_pass(room, 60);
  EXPECT_EQ(watcher->notices().size(), notices_before);
}

TEST_F(RoomNotices, APageEndsAtTheBoundOfTheClient) {
  auto room = make(saved());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 20; ++i) {
    ClientId id;
    id.bytes[0] = static_cast<std::byte>(i);
    ASSERT_TRUE(run(room.append(ana_, ana->connection(), {id, {}, std::string(100, 'x'), {}})));
  }
  const auto page = run(room.history(ana_.id, ana->connection(), {21}, {0, 1000}));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->messages.size(), 10u);
  EXPECT_TRUE(page->more);
  // Likewise the pages of a client that reconnects; it misses nothing.
  const auto ben = client();
  std::uint64_t last = 1;
  do {
    ASSERT_TRUE(run(room.join({ben_, ben->connection(), ben, {Seq{last}, {}, {}, true, 1000}})));
    ASSERT_LE(ben->joined().messages_size(), 10);
    last = ben->seqs().back();
  } while (ben->joined().more());
  std::vector<std::uint64_t> rest(19);
  for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = i + 2;
  EXPECT_EQ(ben->seqs(), rest);
}

}  // namespace
}  // namespace colo
