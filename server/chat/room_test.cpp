#include "chat/room_fixture.hpp"

namespace colo {
namespace {

TEST_F(RoomTest, ADrawingIsSentToAllClientsInTheRoom) {
  auto room = make(saved());
  const auto ana = client();
  const auto ben = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  const auto stored = draw(room, ana_, ana, 1);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->seq, Seq{1});
  const auto& message = ben->frames.back().message();
  EXPECT_EQ(message.author(), "Ana");
  EXPECT_EQ(message.caption(), "number 1");
  EXPECT_EQ(ana->seqs(), ben->seqs());
}

TEST_F(RoomTest, AReconnectingClientGetsMissedAndThenNewDrawings) {
  auto room = make(saved());
  const auto ana = client();
  const auto ben = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  ASSERT_TRUE(draw(room, ana_, ana, 1));
  room.leave(ben_.id, ben->connection(), Departure::dropped);
  for (std::uint8_t i = 2; i <= 120; ++i) ASSERT_TRUE(draw(room, ana_, ana, i));

  const auto back = client();
  std::uint64_t last = 1;
  for (int joins = 0; joins < 3; ++joins) {
    ASSERT_TRUE(join(room, ben_, back, last));
    last = back->seqs().back();
    EXPECT_EQ(back->joined().more(), joins < 2);
    EXPECT_FALSE(back->joined().reset());
  }
  ASSERT_TRUE(draw(room, ana_, ana, 121));
  const auto seqs = back->seqs();
  ASSERT_EQ(seqs.size(), 120u);
  for (std::size_t i = 0; i < seqs.size(); ++i) EXPECT_EQ(seqs[i], i + 2);
}

TEST_F(RoomTest, TheSameClientIdIsStoredAndPublishedOnce) {
  auto room = make(saved());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(draw(room, ana_, ana, 1));
  const auto again = draw(room, ana_, ana, 1);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->seq, Seq{1});
  EXPECT_EQ(ana->seqs(), (std::vector<std::uint64_t>{1}));
}

TEST_F(RoomTest, APersonWithManyTabsIsOnePerson) {
  auto room = make(saved());
  const auto watcher = client();
  ASSERT_TRUE(join(room, ben_, watcher));
  const auto one = client();
  const auto two = client();
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
  const auto watcher = client();
  const auto ana = client();
  ASSERT_TRUE(join(room, ben_, watcher));
  ASSERT_TRUE(join(room, ana_, ana));
  room.leave(ana_.id, ana->connection(), Departure::dropped);
  clock_.advance(19s);
  room.sweep();
  EXPECT_EQ(room.view().occupancy, 2u);
  const auto back = client();
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

TEST_F(RoomTest, AFullRoomRefusesWithAReasonAndReadmitsItsPeople) {
  auto room = make(saved(1));
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  const auto refused = join(room, ben_, client());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::room_full);
  EXPECT_NE(refused.error().detail.find("The Den"), std::string::npos);
  EXPECT_TRUE(join(room, ana_, client()));
}

TEST_F(RoomTest, ATemporaryRoomIsClearedWhenTheLastPersonLeaves) {
  auto room = make(temporary());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(draw(room, ana_, ana, 1));
  const Epoch before{ana->joined().epoch()};
  EXPECT_NE(before, Epoch{});
  room.leave(ana_.id, ana->connection(), Departure::clean);
  const auto back = client();
  ASSERT_TRUE(join(room, ana_, back, 1, before));
  EXPECT_TRUE(back->joined().reset());
  EXPECT_NE(Epoch{back->joined().epoch()}, before);
  EXPECT_TRUE(back->seqs().empty());
  EXPECT_EQ(draw(room, ana_, back, 2)->seq, Seq{1});
}

TEST_F(RoomTest, ATemporaryRoomIsKeptWhileAPlaceIsKept) {
  auto room = make(temporary());
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(draw(room, ana_, ana, 1));
  const Epoch epoch{ana->joined().epoch()};
  room.leave(ana_.id, ana->connection(), Departure::dropped);
  clock_.advance(10s);
  room.sweep();
  const auto back = client();
  ASSERT_TRUE(join(room, ana_, back, 0, epoch));
  EXPECT_FALSE(back->joined().reset());
  EXPECT_EQ(back->seqs(), (std::vector<std::uint64_t>{1}));
}

TEST_F(RoomTest, DrawingTooFastIsRefusedWithARetryTime) {
  Room room({{"den"}, "The Den", "", true, 64, {}}, shards_, log_, clock_, {2, 1min}, [] {});
  const auto ana = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(draw(room, ana_, ana, 1));
  ASSERT_TRUE(draw(room, ana_, ana, 2));
  const auto refused = draw(room, ana_, ana, 3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::slow_down);
  // Joining again does not reset the rate.
  room.leave(ana_.id, ana->connection(), Departure::clean);
  const auto back = client();
  ASSERT_TRUE(join(room, ana_, back));
  EXPECT_FALSE(draw(room, ana_, back, 3));
  clock_.advance(refused.error().retry_after);
  EXPECT_TRUE(draw(room, ana_, back, 3));
}

TEST_F(RoomTest, TheLeastRecentlyUsedDrawingRateIsEvicted) {
  Room room({{"den"}, "The Den", "", true, 64, {}}, shards_, log_, clock_, {1, 1min}, [] {});
  std::uint64_t last = 0;
  const auto draws = [&](std::int64_t number) {
    const User user{{number}, "p" + std::to_string(number), false};
    const auto with = client();
    EXPECT_TRUE(join(room, user, with, last));  // without a page: this is done often
    const auto drawn = draw(room, user, with, static_cast<std::uint8_t>(++drawings_));
    if (drawn) last = drawn->seq.value;
    room.leave(user.id, with->connection(), Departure::clean);
    return drawn.has_value();
  };
  const auto people = static_cast<std::int64_t>(limits::drawing_rates_max);
  for (std::int64_t i = 1; i <= people; ++i) ASSERT_TRUE(draws(i));
  EXPECT_FALSE(draws(1));
  ASSERT_TRUE(draws(people + 1));  // evicts that of 2
  EXPECT_FALSE(draws(1));
  EXPECT_TRUE(draws(2));
}

TEST_F(RoomTest, OnlyItsAuthorDeletesADrawing) {
  auto room = make(saved());
  const auto ana = client();
  const auto ben = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  ASSERT_TRUE(draw(room, ana_, ana, 1));
  EXPECT_EQ(run(room.erase(ben_, ben->connection(), {1})).error().code, errc::not_yours);
  EXPECT_EQ(run(room.erase(ana_, ana->connection(), {2})).error().code, errc::no_such_message);
  ASSERT_TRUE(run(room.erase(ana_, ana->connection(), {1})));
  EXPECT_EQ(ben->frames.back().deleted().seq(), 1u);
  const auto late = client();
  ASSERT_TRUE(join(room, {{3}, "Cy", false}, late));
  EXPECT_TRUE(late->seqs().empty());
}

TEST_F(RoomTest, AConnectionOutsideTheRoomIsRefused) {
  auto room = make(saved());
  const auto ana = client();
  EXPECT_EQ(draw(room, ana_, ana, 1).error().code, errc::not_in_room);
  EXPECT_EQ(run(room.history(ana_.id, ana->connection(), {1}, 0)).error().code, errc::not_in_room);
  EXPECT_EQ(run(room.erase(ana_, ana->connection(), {1})).error().code, errc::not_in_room);
}

TEST_F(RoomTest, ALargeRoomIsSentTheNumberOfPeopleWithoutNames) {
  auto room = make(saved(1000));
  const auto watcher = client();
  ASSERT_TRUE(join(room, ana_, watcher));
  std::vector<std::shared_ptr<Client>> crowd;
  for (std::int64_t i = 0; i < 99; ++i) {
    crowd.push_back(client());
    ASSERT_TRUE(join(room, {{100 + i}, "p" + std::to_string(i), false}, crowd.back()));
  }
  EXPECT_EQ(watcher->notices().size(), limits::presence_people_max - 1);
  watcher->frames.clear();
  room.sweep();
  settle();
  ASSERT_EQ(watcher->frames.size(), 1u);
  EXPECT_EQ(watcher->frames[0].presence().occupancy(), 100u);
  EXPECT_TRUE(watcher->frames[0].presence().user().empty());
  room.set_pen(ana_.id, watcher->connection(), true);
  room.sweep();
  settle();
  EXPECT_EQ(watcher->frames.size(), 1u);
  EXPECT_EQ(crowd.back()->joined().members_size(), 64);
  for (std::int64_t i = 0; i < 99; ++i) {
    const auto name = "p" + std::to_string(i);
    const auto& client = crowd[static_cast<std::size_t>(i)];
    ASSERT_TRUE(join(room, {{100 + i}, name, false}, client));
    const auto joined = client->joined();
    EXPECT_EQ(std::ranges::count(joined.members(), name), 1) << name;
    EXPECT_EQ(joined.members_size(), 64);
  }
  EXPECT_EQ(crowd.back()->joined().occupancy(), 100u);
}

TEST_F(RoomTest, APenIsPublishedToTheOthersWhenItChanges) {
  auto room = make(saved());
  const auto ana = client();
  const auto tab = client();
  const auto ben = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ana_, tab));
  ASSERT_TRUE(join(room, ben_, ben));
  const auto pen = [&](bool down, const std::shared_ptr<Client>& with) {
    room.set_pen(ana_.id, with->connection(), down);
    settle();
  };
  ana->frames.clear();
  tab->frames.clear();
  EXPECT_EQ(ben->pens(), "");
  pen(false, ana);
  pen(true, ana);
  EXPECT_EQ(ben->pens(), "+Ana");
  pen(true, ana);  // too soon
  pen(true, tab);  // the same person draws in another tab
  pen(false, ana);
  EXPECT_EQ(ben->pens(), "+Ana");
  clock_.advance(10s);
  pen(true, tab);
  EXPECT_EQ(ben->pens(), "+Ana+Ana");
  pen(false, tab);
  EXPECT_EQ(ben->pens(), "+Ana+Ana-Ana");
  for (int i = 0; i < 5; ++i) {  // at most one a second, however often it changes
    pen(true, ana);
    pen(false, ana);
  }
  EXPECT_EQ(ben->pens(), "+Ana+Ana-Ana");
  clock_.advance(1s);
  pen(true, ana);
  EXPECT_EQ(ben->pens(), "+Ana+Ana-Ana+Ana");
  EXPECT_TRUE(ana->frames.empty());  // not sent to its owner
  EXPECT_TRUE(tab->frames.empty());
}

TEST_F(RoomTest, LeavingLiftsThePen) {
  auto room = make(saved());
  const auto ana = client();
  const auto ben = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  for (const auto how : {Departure::dropped, Departure::clean}) {
    clock_.advance(1min);
    ASSERT_TRUE(join(room, ana_, ana));
    room.set_pen(ana_.id, ana->connection(), true);
    room.leave(ana_.id, ana->connection(), how);
    settle();
  }
  EXPECT_EQ(ben->pens(), "+Ana-Ana+Ana-Ana");
}

TEST_F(RoomTest, AClientThatLeftIsSentNothing) {
  auto room = make(saved());
  const auto ana = client();
  const auto ben = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  room.leave(ben_.id, ben->connection(), Departure::clean);
  settle();
  ben->frames.clear();
  ASSERT_TRUE(draw(room, ana_, ana, 1));
  EXPECT_TRUE(ben->frames.empty());
}

}  // namespace
}  // namespace colo
