#include "chat/room.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "chat/rooms.hpp"
#include "domain/limits.hpp"

namespace colo {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A phone that remembers what it was told.
class Phone final : public Member {
 public:
  explicit Phone(ConnectionId id) : id_(id) {}
  ConnectionId connection() const override { return id_; }
  void deliver(const SharedFrame& frame) override {
    frames.emplace_back();
    ASSERT_TRUE(frames.back().ParseFromString(*frame));
  }

  v1::Joined joined() const {
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame)
      if (frame->has_joined()) return frame->joined();
    ADD_FAILURE() << "was never told Joined";
    return {};
  }
  // Every seq it ever saw, in the order it saw them.
  std::vector<std::uint64_t> seqs() const {
    std::vector<std::uint64_t> seen;
    for (const auto& frame : frames) {
      for (const auto& message : frame.joined().messages()) seen.push_back(message.seq());
      if (frame.has_message()) seen.push_back(frame.message().seq());
    }
    return seen;
  }
  std::vector<std::string> notices() const {
    std::vector<std::string> said;
    for (const auto& frame : frames)
      if (frame.has_presence())
        said.push_back(frame.presence().user() +
                       (frame.presence().change() == v1::CHANGE_JOINED ? " joined" : " left"));
    return said;
  }

  std::vector<v1::ServerFrame> frames;

 private:
  ConnectionId id_;
};

// Some bytes as a drawing that can be read: in a field that is not known here.
std::string field_of(const std::string& bytes) {
  std::string field = "\x7A";  // field 15, length-delimited
  for (auto length = bytes.size();; length >>= 7) {
    field += static_cast<char>((length & 0x7F) | (length > 0x7F ? 0x80 : 0));
    if (length <= 0x7F) break;
  }
  return field + bytes;
}

// Lets something happen while a page is being read.
class SlowLog final : public MessageLog {
 public:
  asio::awaitable<result<Stored>> append(NewMessage message) override {
    return log_.append(std::move(message));
  }
  asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq, std::size_t limit) override {
    auto page = co_await log_.before(std::move(room), seq, limit);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    co_await asio::post(asio::use_awaitable);
    co_return page;
  }
  asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq, std::size_t limit) override {
    return log_.after(std::move(room), seq, limit);
  }
  asio::awaitable<result<Seq>> last_seq(RoomId room) override { return log_.last_seq(room); }
  asio::awaitable<result<void>> erase(RoomId room, Seq seq, User by) override {
    return log_.erase(std::move(room), seq, std::move(by));
  }

  std::function<void()> meanwhile;

 private:
  MemoryLog log_;
};

class RoomTest : public testing::Test {
 protected:
  Room make(RoomSpec spec) {
    return {std::move(spec), shards_, log_, clock_, {1000, 1min}, [this] { ++changes_; }};
  }
  static RoomSpec saved(std::uint32_t capacity = 64) {
    return {{"den"}, "The Den", "", true, capacity, {}};
  }
  static RoomSpec temporary() { return {{"den"}, "The Den", "", false, 64, {}}; }

  std::shared_ptr<Phone> phone() {
    return std::make_shared<Phone>(shards_.first().next_connection());
  }

  void settle() {
    shards_.first().context().restart();
    shards_.first().context().poll();
  }

  template <class T>
  static asio::awaitable<void> keep(asio::awaitable<T> task,
                                    std::shared_ptr<std::optional<T>> into) {
    into->emplace(co_await std::move(task));
  }
  template <class T>
  T run(asio::awaitable<T> task) {
    auto outcome = std::make_shared<std::optional<T>>();
    asio::co_spawn(shards_.first().executor(), keep(std::move(task), outcome), asio::detached);
    settle();
    return outcome->value();
  }

  result<void> join(Room& room, const User& user, const std::shared_ptr<Phone>& phone,
                    std::uint64_t after = 0, Epoch epoch = {}) {
    return run(room.join({user, phone->connection(), phone, Seq{after}, epoch}));
  }
  result<Stored> say(Room& room, const User& user, const std::shared_ptr<Phone>& phone,
                     std::uint8_t number, Seq remix_of = {}) {
    ClientId id;
    id.bytes[0] = static_cast<std::byte>(number);
    return run(room.say(user, phone->connection(),
                        {id, "", "number " + std::to_string(number), remix_of}));
  }

  ManualClock clock_;
  Shards shards_{1};
  MemoryLog log_;  // stands in for the disk: it passes the same contract
  int changes_ = 0;
  User ana_{{1}, "Ana", false};
  User ben_{{2}, "Ben", false};
};

TEST_F(RoomTest, WhatOneDrawsEverybodySees) {
  auto room = make(saved());
  const auto ana = phone();
  const auto ben = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  const auto stored = say(room, ana_, ana, 1);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->seq, Seq{1});
  const auto& message = ben->frames.back().message();
  EXPECT_EQ(message.author(), "Ana");
  EXPECT_EQ(message.caption(), "number 1");
  EXPECT_EQ(ana->seqs(), ben->seqs());
}

TEST_F(RoomTest, LateJoinerGetsTheNewestPageInOrder) {
  auto room = make(saved());
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 60; ++i) ASSERT_TRUE(say(room, ana_, ana, i));
  const auto ben = phone();
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

TEST_F(RoomTest, PagesOfLargeDrawingsFitIntoAnOutbox) {
  auto room = make(saved());
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  const std::string large(limits::frame_bytes_max - 1024, 'x');
  for (std::uint8_t i = 1; i <= 60; ++i) {
    ClientId id;
    id.bytes[0] = static_cast<std::byte>(i);
    ASSERT_TRUE(run(room.say(ana_, ana->connection(), {id, field_of(large), "", {}})));
  }
  // The newest page, and back to the first.
  const auto ben = phone();
  ASSERT_TRUE(join(room, ben_, ben));
  EXPECT_LT(ben->frames.back().ByteSizeLong(), limits::outbox_bytes_max / 2);
  EXPECT_TRUE(ben->joined().more());
  ASSERT_EQ(ben->seqs().back(), 60u);
  auto first = ben->seqs().front();
  while (first > 1) {
    const auto page = run(room.history(ben_.id, ben->connection(), {first}, 0));
    ASSERT_TRUE(page);
    ASSERT_FALSE(page->messages.empty());
    EXPECT_LT(page_frame({"den"}, *page)->size(), limits::outbox_bytes_max / 2);
    EXPECT_EQ(page->messages.back().seq.value, first - 1);
    first = page->messages.front().seq.value;
    EXPECT_EQ(page->more, first > 1);
  }
  // And forward, coming back.
  const auto back = phone();
  std::uint64_t last = 1;
  do {
    ASSERT_TRUE(join(room, ben_, back, last));
    EXPECT_LT(back->frames.back().ByteSizeLong(), limits::outbox_bytes_max / 2);
    ASSERT_GT(back->seqs().back(), last);
    last = back->seqs().back();
  } while (back->joined().more());
  ASSERT_TRUE(say(room, ana_, ana, 61));
  const auto seqs = back->seqs();
  ASSERT_EQ(seqs.size(), 60u);
  for (std::size_t i = 0; i < seqs.size(); ++i) EXPECT_EQ(seqs[i], i + 2);
}

TEST_F(RoomTest, ComingBackGetsWhatWasMissedAndThenWhatComes) {
  auto room = make(saved());
  const auto ana = phone();
  const auto ben = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  ASSERT_TRUE(say(room, ana_, ana, 1));
  room.leave(ben_.id, ben->connection(), Departure::dropped);
  for (std::uint8_t i = 2; i <= 120; ++i) ASSERT_TRUE(say(room, ana_, ana, i));

  const auto back = phone();
  std::uint64_t last = 1;
  for (int joins = 0; joins < 3; ++joins) {
    ASSERT_TRUE(join(room, ben_, back, last));
    last = back->seqs().back();
    EXPECT_EQ(back->joined().more(), joins < 2);
    EXPECT_FALSE(back->joined().reset());
  }
  ASSERT_TRUE(say(room, ana_, ana, 121));
  const auto seqs = back->seqs();
  ASSERT_EQ(seqs.size(), 120u);
  for (std::size_t i = 0; i < seqs.size(); ++i) EXPECT_EQ(seqs[i], i + 2);
}

TEST_F(RoomTest, TheSameClientIdCountsOnceAndIsToldOnce) {
  auto room = make(saved());
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(say(room, ana_, ana, 1));
  const auto again = say(room, ana_, ana, 1);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->seq, Seq{1});
  EXPECT_EQ(ana->seqs(), (std::vector<std::uint64_t>{1}));
}

TEST_F(RoomTest, APersonWithManyTabsIsOnePerson) {
  auto room = make(saved());
  const auto watcher = phone();
  ASSERT_TRUE(join(room, ben_, watcher));
  const auto one = phone();
  const auto two = phone();
  ASSERT_TRUE(join(room, ana_, one));
  ASSERT_TRUE(join(room, ana_, two));
  EXPECT_EQ(room.view().occupancy, 2u);
  room.leave(ana_.id, one->connection(), Departure::clean);
  room.leave(ana_.id, one->connection(), Departure::clean);
  settle();
  EXPECT_EQ(watcher->notices(), (std::vector<std::string>{"Ana joined"}));
  room.leave(ana_.id, two->connection(), Departure::clean);
  settle();
  EXPECT_EQ(watcher->notices(), (std::vector<std::string>{"Ana joined", "Ana left"}));
}

TEST_F(RoomTest, ADroppedConnectionKeepsItsPlaceForAWhile) {
  auto room = make(saved());
  const auto watcher = phone();
  const auto ana = phone();
  ASSERT_TRUE(join(room, ben_, watcher));
  ASSERT_TRUE(join(room, ana_, ana));
  room.leave(ana_.id, ana->connection(), Departure::dropped);
  clock_.advance(19s);
  room.sweep();
  EXPECT_EQ(room.view().occupancy, 2u);
  const auto back = phone();
  ASSERT_TRUE(join(room, ana_, back));
  clock_.advance(60s);
  room.sweep();
  settle();
  EXPECT_EQ(watcher->notices(), (std::vector<std::string>{"Ana joined"}));
  room.leave(ana_.id, back->connection(), Departure::dropped);
  clock_.advance(20s);
  room.sweep();
  settle();
  EXPECT_EQ(watcher->notices().back(), "Ana left");
  EXPECT_EQ(room.view().occupancy, 1u);
}

TEST_F(RoomTest, AFullRoomRefusesInWordsAndLetsItsPeopleBackIn) {
  auto room = make(saved(1));
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  const auto refused = join(room, ben_, phone());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::room_full);
  EXPECT_NE(refused.error().detail.find("The Den"), std::string::npos);
  EXPECT_TRUE(join(room, ana_, phone()));
}

TEST_F(RoomTest, ATemporaryRoomForgetsWhenTheLastOneLeaves) {
  auto room = make(temporary());
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(say(room, ana_, ana, 1));
  const Epoch before{ana->joined().epoch()};
  EXPECT_NE(before, Epoch{});
  room.leave(ana_.id, ana->connection(), Departure::clean);
  const auto back = phone();
  ASSERT_TRUE(join(room, ana_, back, 1, before));
  EXPECT_TRUE(back->joined().reset());
  EXPECT_NE(Epoch{back->joined().epoch()}, before);
  EXPECT_TRUE(back->seqs().empty());
  EXPECT_EQ(say(room, ana_, back, 2)->seq, Seq{1});
}

TEST_F(RoomTest, ATemporaryRoomRemembersWhileAPlaceIsKept) {
  auto room = make(temporary());
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(say(room, ana_, ana, 1));
  const Epoch epoch{ana->joined().epoch()};
  room.leave(ana_.id, ana->connection(), Departure::dropped);
  clock_.advance(10s);
  room.sweep();
  const auto back = phone();
  ASSERT_TRUE(join(room, ana_, back, 0, epoch));
  EXPECT_FALSE(back->joined().reset());
  EXPECT_EQ(back->seqs(), (std::vector<std::uint64_t>{1}));
}

TEST_F(RoomTest, AFasterPenThanAllowedIsToldWhenToTryAgain) {
  Room room({{"den"}, "The Den", "", true, 64, {}}, shards_, log_, clock_, {2, 1min}, [] {});
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(say(room, ana_, ana, 1));
  ASSERT_TRUE(say(room, ana_, ana, 2));
  const auto refused = say(room, ana_, ana, 3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::slow_down);
  // Coming in anew gives nobody new drawings.
  room.leave(ana_.id, ana->connection(), Departure::clean);
  const auto back = phone();
  ASSERT_TRUE(join(room, ana_, back));
  EXPECT_FALSE(say(room, ana_, back, 3));
  clock_.advance(refused.error().retry_after);
  EXPECT_TRUE(say(room, ana_, back, 3));
}

TEST_F(RoomTest, OnlyItsAuthorTakesADrawingAway) {
  auto room = make(saved());
  const auto ana = phone();
  const auto ben = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  ASSERT_TRUE(say(room, ana_, ana, 1));
  EXPECT_EQ(run(room.erase(ben_, ben->connection(), {1})).error().code, errc::not_yours);
  EXPECT_EQ(run(room.erase(ana_, ana->connection(), {2})).error().code, errc::no_such_message);
  ASSERT_TRUE(run(room.erase(ana_, ana->connection(), {1})));
  EXPECT_EQ(ben->frames.back().deleted().seq(), 1u);
  const auto late = phone();
  ASSERT_TRUE(join(room, {{3}, "Cy", false}, late));
  EXPECT_TRUE(late->seqs().empty());
}

TEST_F(RoomTest, APageDoesNotBringBackWhatIsTakenAwayWhileItIsRead) {
  SlowLog slow;
  Room room(saved(), shards_, slow, clock_, {1000, 1min}, [] {});
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(say(room, ana_, ana, i));
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

TEST_F(RoomTest, NothingIsDoneForThoseWhoAreNotIn) {
  auto room = make(saved());
  const auto ana = phone();
  EXPECT_EQ(say(room, ana_, ana, 1).error().code, errc::not_in_room);
  EXPECT_EQ(run(room.history(ana_.id, ana->connection(), {1}, 0)).error().code, errc::not_in_room);
  EXPECT_EQ(run(room.erase(ana_, ana->connection(), {1})).error().code, errc::not_in_room);
}

TEST_F(RoomTest, HistoryBeginsAtOneAndEndsAtTheLast) {
  auto room = make(saved());
  const auto ana = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  for (std::uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(say(room, ana_, ana, i));
  EXPECT_EQ(run(room.history(ana_.id, ana->connection(), {0}, 0)).error().code, errc::bad_range);
  EXPECT_TRUE(run(room.history(ana_.id, ana->connection(), {1}, 0))->messages.empty());
  EXPECT_EQ(run(room.history(ana_.id, ana->connection(), {9999}, 0))->messages.size(), 3u);
  EXPECT_EQ(run(room.history(ana_.id, ana->connection(), {3}, 1))->messages.size(), 1u);
}

TEST_F(RoomTest, ALargeRoomHearsHowManyNotWho) {
  auto room = make(saved(1000));
  const auto watcher = phone();
  ASSERT_TRUE(join(room, ana_, watcher));
  std::vector<std::shared_ptr<Phone>> crowd;
  for (std::int64_t i = 0; i < 99; ++i) {
    crowd.push_back(phone());
    ASSERT_TRUE(join(room, {{100 + i}, "p" + std::to_string(i), false}, crowd.back()));
  }
  EXPECT_EQ(watcher->notices().size(), limits::presence_people_max - 1);
  watcher->frames.clear();
  room.sweep();
  settle();
  ASSERT_EQ(watcher->frames.size(), 1u);
  EXPECT_EQ(watcher->frames[0].presence().occupancy(), 100u);
  EXPECT_TRUE(watcher->frames[0].presence().user().empty());
  room.pen(ana_.id, watcher->connection(), true);
  room.sweep();
  settle();
  EXPECT_EQ(watcher->frames.size(), 1u);
  EXPECT_EQ(crowd.back()->joined().members_size(), 64);
  for (std::int64_t i = 0; i < 99; ++i) {
    const auto name = "p" + std::to_string(i);
    const auto& phone = crowd[static_cast<std::size_t>(i)];
    ASSERT_TRUE(join(room, {{100 + i}, name, false}, phone));
    const auto joined = phone->joined();
    EXPECT_EQ(std::ranges::count(joined.members(), name), 1) << name;
    EXPECT_EQ(joined.members_size(), 64);
  }
  EXPECT_EQ(crowd.back()->joined().occupancy(), 100u);
}

TEST_F(RoomTest, APhoneThatIsGoneIsNotTold) {
  auto room = make(saved());
  const auto ana = phone();
  const auto ben = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  room.leave(ben_.id, ben->connection(), Departure::clean);
  settle();
  ben->frames.clear();
  ASSERT_TRUE(say(room, ana_, ana, 1));
  EXPECT_TRUE(ben->frames.empty());
}

}  // namespace
}  // namespace colo
