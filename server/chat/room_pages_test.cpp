#include <cstring>
#include <functional>

#include "chat/forwarding_log.hpp"
#include "chat/room_fixture.hpp"

namespace colo {
namespace {

// `bytes` as a valid Drawing: in an unknown field.
std::string field_of(const std::string& bytes) {
  std::string field = "\x7A";  // field 15, length-delimited
  for (auto length = bytes.size();; length >>= 7) {
    field += static_cast<char>((length & 0x7F) | (length > 0x7F ? 0x80 : 0));
    if (length <= 0x7F) break;
  }
  return field + bytes;
}

// Calls `meanwhile` while a page is read.
class SlowLog final : public ForwardingLog {
 public:
  asio::awaitable<result<Stored>> append(Message message) override {
    if (broken) co_return errc::storage_failed;
    co_return co_await ForwardingLog::append(std::move(message));
  }
  asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq, PageLimit limit) override {
    if (broken) co_return errc::storage_failed;
    auto page = co_await ForwardingLog::before(std::move(room), seq, limit);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    co_await asio::post(asio::use_awaitable);
    co_return page;
  }
  asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq, PageLimit limit) override {
    auto page = co_await ForwardingLog::after(std::move(room), seq, limit);
    std::erase_if(page->messages, [this](const Message& m) { return m.seq == damaged; });
    co_return page;
  }
  asio::awaitable<result<RoomHistory>> history(RoomId) override { co_return known_history; }

  std::function<void()> meanwhile;
  bool broken = false;  // neither stores nor reads anything
  RoomHistory known_history{{1}, {}};
  Seq damaged;  // is left out of pages
};

TEST_F(RoomTest, LateJoinerGetsTheNewestPageInOrder) {
  auto room = make(saved());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 60; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  const auto ben = client();
  ASSERT_TRUE(join(room, ben_, ben));
  const auto seqs = ben->seqs();
  ASSERT_EQ(seqs.size(), limits::page_messages_max);
  EXPECT_EQ(seqs.front(), 11u);
  EXPECT_EQ(seqs.back(), 60u);
  EXPECT_TRUE(ben->joined().more());
  const auto older = run(room.history(ben_.id, ben->connection(), Seq{11}, 0));
  ASSERT_TRUE(older);
  EXPECT_EQ(older->messages.size(), 10u);
  EXPECT_FALSE(older->more);
}

TEST_F(RoomTest, PagesOfLargeDrawingsFitIntoASendQueue) {
  auto room = make(saved());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  const std::string large(limits::frame_bytes_max - 1024, 'x');
  for (std::uint8_t i = 1; i <= 60; ++i) {
    ClientId id;
    id.bytes[0] = static_cast<std::byte>(i);
    ASSERT_TRUE(run(room.append(ana_, ana->connection(), {id, field_of(large), "", {}})));
  }
  // The newest page, and back to the first.
  const auto ben = client();
  ASSERT_TRUE(join(room, ben_, ben));
  EXPECT_LT(ben->frames.back().ByteSizeLong(), limits::send_queue_bytes_max / 2);
  EXPECT_TRUE(ben->joined().more());
  ASSERT_EQ(ben->seqs().back(), 60u);
  auto first = ben->seqs().front();
  while (first > 1) {
    const auto page = run(room.history(ben_.id, ben->connection(), {first}, 0));
    ASSERT_TRUE(page);
    ASSERT_FALSE(page->messages.empty());
    EXPECT_LT(page_frame({"den"}, *page)->bytes().size(), limits::send_queue_bytes_max / 2);
    EXPECT_EQ(page->messages.back().seq.value, first - 1);
    first = page->messages.front().seq.value;
    EXPECT_EQ(page->more, first > 1);
  }
  // And forward, coming back.
  const auto back = client();
  std::uint64_t last = 1;
  do {
    ASSERT_TRUE(join(room, ben_, back, last));
    EXPECT_LT(back->frames.back().ByteSizeLong(), limits::send_queue_bytes_max / 2);
    ASSERT_GT(back->seqs().back(), last);
    last = back->seqs().back();
  } while (back->joined().more());
  ASSERT_TRUE(draw(room, ana_, ana, 61));
  const auto seqs = back->seqs();
  ASSERT_EQ(seqs.size(), 60u);
  for (std::size_t i = 0; i < seqs.size(); ++i) EXPECT_EQ(seqs[i], i + 2);
}

TEST_F(RoomTest, ATemporaryRoomDropsItsOldestDrawingsForNewOnes) {
  auto room = make(temporary());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  const DrawingBytes large(field_of(std::string(60'000, 'x')));
  constexpr std::uint32_t count = 300;
  static_assert(count * 60'000 > limits::temporary_room_bytes_max);
  for (std::uint32_t i = 1; i <= count; ++i) {
    ClientId id;
    std::memcpy(id.bytes.data(), &i, sizeof i);
    ASSERT_TRUE(run(room.append(ana_, ana->connection(), {id, large, "", {}})));
    ana->frames.clear();
  }
  std::uint64_t first = count + 1;
  std::size_t bytes = 0;
  for (bool more = true; more;) {
    const auto page = run(room.history(ana_.id, ana->connection(), {first}, 0));
    ASSERT_TRUE(page);
    for (const auto& message : page->messages) bytes += message.drawing.size();
    first = page->messages.front().seq.value;
    more = page->more;
  }
  EXPECT_GT(first, 1u);
  EXPECT_LE(bytes, limits::temporary_room_bytes_max);
  EXPECT_GT(bytes, limits::temporary_room_bytes_max * 9 / 10);
}

TEST_F(RoomTest, APageDoesNotContainWhatIsDeletedWhileItIsRead) {
  SlowLog slow;
  Room room(saved(), shards_, slow, clock_, {1000, 1min}, [] {});
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  slow.meanwhile = [&] {
    asio::co_spawn(shards_.first().executor(), room.erase(ana_, ana->connection(), {2}),
                   asio::detached);
  };
  const auto page = run(room.history(ana_.id, ana->connection(), {4}, 0));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->messages.size(), 2u);
  EXPECT_EQ(page->messages[0].seq, Seq{1});
  EXPECT_EQ(page->messages[1].seq, Seq{3});
}

TEST_F(RoomTest, ADrawingThatCouldNotBeStoredDoesNotCount) {
  SlowLog disk;
  Room room(saved(), shards_, disk, clock_, {1, 1min}, [] {});
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  disk.broken = true;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(draw(room, ana_, ana, 1).error().code, errc::storage_failed);
  disk.broken = false;
  EXPECT_TRUE(draw(room, ana_, ana, 1));
  EXPECT_EQ(draw(room, ana_, ana, 2).error().code, errc::slow_down);
}

TEST_F(RoomTest, AFailedJoinLeavesAKeptPlaceUnchanged) {
  SlowLog disk;
  Room room(saved(), shards_, disk, clock_, {1000, 1min}, [] {});
  const auto ben = client();
  ASSERT_TRUE(join(room, ben_, ben));
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  room.leave(ana_.id, ana->connection(), Departure::dropped);
  clock_.advance(limits::dropped_connection_grace - 1s);
  disk.broken = true;
  EXPECT_FALSE(join(room, ana_, client()));
  room.sweep();
  settle();
  EXPECT_EQ(ben->notices(), (std::vector<std::string>{"Ana joined"}));
  clock_.advance(1s);
  room.sweep();
  settle();
  EXPECT_EQ(ben->notices(), (std::vector<std::string>{"Ana joined", "Ana left"}));
}

TEST_F(RoomTest, AReconnectingClientGetsTheDeletionsItMissed) {
  auto room = make(saved());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 6; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  ASSERT_TRUE(run(room.erase(ana_, ana->connection(), {1})));
  EXPECT_EQ(ana->frames.back().deleted().deletion(), 1u);
  const auto ben = client();
  ASSERT_TRUE(join(room, ben_, ben));
  EXPECT_EQ(ben->joined().deletion(), 1u);
  EXPECT_EQ(ben->joined().deleted_size(), 0);
  room.leave(ben_.id, ben->connection(), Departure::dropped);
  for (const std::uint64_t seq : {5, 2})
    ASSERT_TRUE(run(room.erase(ana_, ana->connection(), {seq})));
  ASSERT_TRUE(join(room, ben_, ben, 4, {}, {1}));  // it does not have 5 and 6
  EXPECT_FALSE(ben->joined().reset());
  EXPECT_EQ(ben->joined().deletion(), 3u);
  ASSERT_EQ(ben->joined().deleted_size(), 1);
  EXPECT_EQ(ben->joined().deleted(0), 2u);
  ASSERT_EQ(ben->joined().messages_size(), 1);
  EXPECT_EQ(ben->joined().messages(0).seq(), 6u);
}

TEST_F(RoomTest, AClientThatMissedTooManyDeletionsIsReset) {
  auto room = make(saved());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ClientId id;
  for (std::uint32_t i = 1; i <= limits::deletions_told_max + 2; ++i) {
    clock_.advance(1s);
    std::memcpy(id.bytes.data(), &i, sizeof i);
    const auto stored = run(room.append(ana_, ana->connection(), {id, {}, "", {}}));
    ASSERT_TRUE(stored);
    if (i == 1) continue;
    ASSERT_TRUE(run(room.erase(ana_, ana->connection(), stored->seq)));
  }
  const auto last = limits::deletions_told_max + 2;
  const auto ben = client();
  ASSERT_TRUE(join(room, ben_, ben, last, {}, {1}));
  EXPECT_FALSE(ben->joined().reset());
  EXPECT_EQ(ben->joined().deleted_size(), static_cast<int>(limits::deletions_told_max));
  ASSERT_TRUE(join(room, ben_, ben, last, {}, {0}));
  EXPECT_TRUE(ben->joined().reset());
  EXPECT_EQ(ben->joined().deleted_size(), 0);
  ASSERT_EQ(ben->joined().messages_size(), 1);
  ASSERT_TRUE(join(room, ben_, ben, last, {}, {last + 1}));  // from before a restored backup
  EXPECT_TRUE(ben->joined().reset());
}

TEST_F(RoomTest, ADeletionDuringAPageReadIsIncluded) {
  SlowLog slow;
  Room room(saved(), shards_, slow, clock_, {1000, 1min}, [] {});
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  slow.meanwhile = [&] {
    asio::co_spawn(shards_.first().executor(), room.erase(ana_, ana->connection(), {2}),
                   asio::detached);
  };
  const auto ben = client();
  ASSERT_TRUE(join(room, ben_, ben));
  EXPECT_EQ(ben->joined().deletion(), 1u);
  EXPECT_EQ(ben->joined().messages_size(), 2);
}

TEST_F(RoomTest, ADrawingDuringAPageReadIsIncludedOnce) {
  SlowLog slow;
  Room room(saved(), shards_, slow, clock_, {1000, 1min}, [] {});
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 2; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  slow.meanwhile = [&] {
    ClientId id;
    id.bytes[0] = std::byte{3};
    asio::co_spawn(shards_.first().executor(),
                   room.append(ana_, ana->connection(), {id, {}, "number 3", {}}), asio::detached);
  };
  const auto ben = client();
  ASSERT_TRUE(join(room, ben_, ben));
  ASSERT_EQ(ben->joined().messages_size(), 3);
  EXPECT_EQ(ben->joined().messages(2).seq(), 3u);
  EXPECT_EQ(ben->joined().messages(2).caption(), "number 3");
  EXPECT_EQ(ben->seqs(), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(RoomTest, AClientThatKnowsAnotherHistoryOfASavedRoomIsReset) {
  SlowLog log;
  log.known_history = {{4711}, Seq{2}};
  Room room(saved(), shards_, log, clock_, {1000, 1min}, [] {});
  ASSERT_TRUE(run(room.open()));
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  EXPECT_EQ(ana->joined().epoch(), 4711u);
  for (std::uint8_t i = 1; i <= 6; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  const auto reset = [&](const std::shared_ptr<Client>& ben, std::uint64_t after, Epoch epoch) {
    EXPECT_TRUE(join(room, ben_, ben, after, epoch));
    return ben->joined().reset();
  };
  const auto ben = client();
  EXPECT_TRUE(reset(ben, 4, {815}));
  EXPECT_EQ(ben->joined().messages_size(), 6);
  EXPECT_FALSE(reset(ben, 4, {4711}));
  EXPECT_TRUE(reset(ben, 2, {815}));
  // Without an epoch: only when its connection enters, and only if its seq may be from before.
  const auto bot = client();
  EXPECT_TRUE(reset(bot, 4, {}));
  EXPECT_FALSE(reset(bot, 4, {}));
  EXPECT_FALSE(reset(client(), 2, {}));
}

TEST_F(RoomTest, AClientThatSendsNoEpochToASavedRoomIsTrusted) {
  SlowLog log;
  Room room(saved(), shards_, log, clock_, {1000, 1min}, [] {});
  ASSERT_TRUE(run(room.open()));
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  const auto ben = client();
  ASSERT_TRUE(join(room, ben_, ben, 2));
  EXPECT_FALSE(ben->joined().reset());
  EXPECT_EQ(ben->joined().messages_size(), 1);
}

TEST_F(RoomTest, APageShortenedByDamageDoesNotEndACatchUp) {
  SlowLog log;
  log.damaged = {20};
  Room room(saved(), shards_, log, clock_, {1000, 1min}, [] {});
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 120; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  const auto ben = client();
  std::uint64_t last = 1;
  do {
    ASSERT_TRUE(join(room, ben_, ben, last));
    last = ben->seqs().back();
  } while (ben->joined().more());
  EXPECT_EQ(last, 120u);
  EXPECT_EQ(ben->seqs().size(), 118u);
}

TEST_F(RoomTest, HistoryBeginsAtOneAndEndsAtTheLast) {
  auto room = make(saved());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));
  EXPECT_EQ(run(room.history(ana_.id, ana->connection(), {0}, 0)).error().code, errc::bad_range);
  EXPECT_TRUE(run(room.history(ana_.id, ana->connection(), {1}, 0))->messages.empty());
  EXPECT_EQ(run(room.history(ana_.id, ana->connection(), {9999}, 0))->messages.size(), 3u);
  EXPECT_EQ(run(room.history(ana_.id, ana->connection(), {3}, 1))->messages.size(), 1u);
}

}  // namespace
}  // namespace colo
