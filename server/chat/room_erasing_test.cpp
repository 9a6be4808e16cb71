#include "chat/room_fixture.hpp"

namespace colo {
namespace {

TEST_F(RoomTest, WhoIsGoneIsOutOfTheRoomAndDoesNothingThereAnyMore) {
  for (const auto& spec : {saved(), temporary()}) {
    auto room = make(spec);
    const auto ana = phone();
    const auto ana_too = phone();
    const auto ben = phone();
    ASSERT_TRUE(join(room, ana_, ana));
    ASSERT_TRUE(join(room, ana_, ana_too));
    ASSERT_TRUE(join(room, ben_, ben));
    room.let_go(ana_.id);
    settle();
    EXPECT_EQ(ben->notices(), std::vector<std::string>{"Ana left"});
    EXPECT_EQ(room.view().occupancy, 1u);
    EXPECT_EQ(say(room, ana_, ana, 1).error().code, errc::not_in_room);
    EXPECT_EQ(join(room, ana_, ana_too).error().code, errc::signed_out);
    const auto told = ana->frames.size();
    ASSERT_TRUE(say(room, ben_, ben, 1));
    EXPECT_EQ(ana->frames.size(), told);
    room.leave(ana_.id, ana->connection(), Departure::dropped);  // its socket ends, later
    room.pen(ana_.id, ana->connection(), true);
    room.sweep();
    EXPECT_EQ(room.view().occupancy, 1u);
  }
}

TEST_F(RoomTest, ATemporaryRoomsDrawingsLoseTheNameOfWhoIsGone) {
  auto room = make(temporary());
  const auto ana = phone();
  const auto ben = phone();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  ASSERT_TRUE(say(room, ana_, ana, 1));
  ASSERT_TRUE(say(room, ben_, ben, 2, {1}));
  room.let_go(ana_.id);
  const auto late = phone();
  ASSERT_TRUE(join(room, ben_, late));
  ASSERT_EQ(late->joined().messages_size(), 2);
  EXPECT_EQ(late->joined().messages(0).author(), "");
  EXPECT_EQ(late->joined().messages(0).caption(), "number 1");
  EXPECT_EQ(late->joined().messages(1).remix_author(), "");
}

TEST_F(RoomTest, WhatTheyDrewIsErasedAndTold) {
  for (const auto& spec : {saved(), temporary()}) {
    auto room = make(spec);
    const auto ana = phone();
    const auto ben = phone();
    ASSERT_TRUE(join(room, ana_, ana));
    ASSERT_TRUE(join(room, ben_, ben));
    std::vector<std::uint64_t> of_ana;
    for (std::uint8_t i = 1; i <= 230; ++i) {  // more than two bites
      ASSERT_TRUE(say(room, ben_, ben, i));
      of_ana.push_back(say(room, ana_, ana, i)->seq.value);
    }
    room.let_go(ana_.id);
    ASSERT_TRUE(run(room.erase_all_of(ana_.id)));
    std::vector<std::uint64_t> told;
    for (const auto& frame : ben->frames) {
      if (!frame.has_deleted()) continue;
      told.push_back(frame.deleted().seq());
      EXPECT_EQ(frame.deleted().deletion(), told.size());
      EXPECT_EQ(frame.deleted().by(), "");
    }
    EXPECT_EQ(told, of_ana);
    const auto late = phone();
    ASSERT_TRUE(join(room, ben_, late));
    const auto joined = late->joined();
    EXPECT_EQ(joined.deletion(), 230u);
    EXPECT_EQ(joined.messages_size(), 50);
    for (const auto& message : joined.messages()) EXPECT_EQ(message.author(), "Ben");
    // One who had seen the first drawings only.
    ASSERT_TRUE(join(room, ben_, late, 4, Epoch{joined.epoch()}, {1}));
    ASSERT_EQ(late->joined().deleted_size(), 1);
    EXPECT_EQ(late->joined().deleted(0), 4);
  }
}

}  // namespace
}  // namespace colo
