#include <cstring>

#include "chat/forwarding_log.hpp"
#include "chat/room_fixture.hpp"

namespace colo {
namespace {

TEST_F(RoomTest, ADeletedAccountIsRemovedFromTheRoomAndRefused) {
  for (const auto& spec : {saved(), temporary()}) {
    auto room = make(spec);
    const auto ana = client();
    const auto ana_too = client();
    const auto ben = client();
    ASSERT_TRUE(join(room, ana_, ana));
    ASSERT_TRUE(join(room, ana_, ana_too));
    ASSERT_TRUE(join(room, ben_, ben));
    room.remove_account(ana_.id);
    settle();
    EXPECT_EQ(ben->notices(), std::vector<std::string>{"Ana left"});
    EXPECT_EQ(room.view().occupancy, 1u);
    EXPECT_EQ(draw(room, ana_, ana, 1).error().code, errc::not_in_room);
    EXPECT_EQ(join(room, ana_, ana_too).error().code, errc::signed_out);
    const auto frames_before = ana->frames.size();
    ASSERT_TRUE(draw(room, ben_, ben, 1));
    EXPECT_EQ(ana->frames.size(), frames_before);
    room.leave(ana_.id, ana->connection(), Departure::dropped);  // its connection ends, later
    room.set_pen(ana_.id, ana->connection(), true);
    room.sweep();
    EXPECT_EQ(room.view().occupancy, 1u);
  }
}

TEST_F(RoomTest, DrawingsInATemporaryRoomLoseTheNameOfADeletedAccount) {
  auto room = make(temporary());
  const auto ana = client();
  const auto ben = client();
  ASSERT_TRUE(join(room, ana_, ana));
  ASSERT_TRUE(join(room, ben_, ben));
  ASSERT_TRUE(draw(room, ana_, ana, 1));
  ASSERT_TRUE(draw(room, ben_, ben, 2, {1}));
  room.remove_account(ana_.id);
  const auto late = client();
  ASSERT_TRUE(join(room, ben_, late));
  ASSERT_EQ(late->joined().messages_size(), 2);
  EXPECT_EQ(late->joined().messages(0).author(), "");
  EXPECT_EQ(late->joined().messages(0).caption(), "number 1");
  EXPECT_EQ(late->joined().messages(1).remix_author(), "");
}

TEST_F(RoomTest, DrawingsOfADeletedAccountAreErasedAndThatIsPublished) {
  for (const auto& spec : {saved(), temporary()}) {
    auto room = make(spec);
    const auto ana = client();
    const auto ben = client();
    ASSERT_TRUE(join(room, ana_, ana));
    ASSERT_TRUE(join(room, ben_, ben));
    std::vector<std::uint64_t> of_ana;
    for (std::uint8_t i = 1; i <= 230; ++i) {  // more than two batches
      ASSERT_TRUE(draw(room, ben_, ben, i));
      of_ana.push_back(draw(room, ana_, ana, i)->seq.value);
    }
    room.remove_account(ana_.id);
    ASSERT_TRUE(run(room.erase_all_of(ana_.id)));
    std::vector<std::uint64_t> deleted_seqs;
    for (const auto& frame : ben->frames) {
      if (!frame.has_deleted()) continue;
      deleted_seqs.push_back(frame.deleted().seq());
      EXPECT_EQ(frame.deleted().deletion(), deleted_seqs.size());
      EXPECT_EQ(frame.deleted().by(), "");
    }
    EXPECT_EQ(deleted_seqs, of_ana);
    const auto late = client();
    ASSERT_TRUE(join(room, ben_, late));
    const auto joined = late->joined();
    EXPECT_EQ(joined.deletion(), 230u);
    EXPECT_EQ(joined.messages_size(), 50);
    for (const auto& message : joined.messages()) EXPECT_EQ(message.author(), "Ben");
    // A client that has only the first drawings.
    ASSERT_TRUE(join(room, ben_, late, 4, Epoch{joined.epoch()}, {1}));
    ASSERT_EQ(late->joined().deleted_size(), 1);
    EXPECT_EQ(late->joined().deleted(0), 4);
  }
}

// Reading a page takes as long as a batch of erasing.
class BusyLog final : public ForwardingLog {
 public:
  asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq, PageLimit limit) override {
    auto page = co_await ForwardingLog::before(std::move(room), seq, limit);
    for (int i = 0; i < 3; ++i) co_await asio::post(asio::use_awaitable);
    co_return page;
  }
  asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq, PageLimit limit) override {
    auto page = co_await ForwardingLog::after(std::move(room), seq, limit);
    for (int i = 0; i < 3; ++i) co_await asio::post(asio::use_awaitable);
    co_return page;
  }
};

// A room where Ana, whose account is deleted, drew 6,000 times: sixty batches.
class ErasingTest : public RoomTest {
 protected:
  ErasingTest() {
    EXPECT_TRUE(join(room, ben_, ben));
    EXPECT_TRUE(join(room, ana_, ana));
    draw(ben_, ben, 1, 60);
    draw(ana_, ana, 61, 6060);
    draw(ben_, ben, 6061, 6080);
    room.remove_account(ana_.id);
  }
  void draw(const User& user, const std::shared_ptr<Client>& at, std::uint32_t first,
            std::uint32_t last) {
    for (std::uint32_t i = first; i <= last; ++i) {
      clock_.advance(1s);
      ClientId id;
      std::memcpy(id.bytes.data(), &i, sizeof i);
      ASSERT_EQ(run(room.append(user, at->connection(), {id, {}, "", {}}))->seq.value, i);
    }
  }
  void begin_to_erase() {
    asio::co_spawn(shards_.first().executor(), room.erase_all_of(ana_.id), asio::detached);
  }
  // The messages that the client has in the end.
  static std::vector<std::uint64_t> left_at(const Client& at, std::vector<std::uint64_t> seqs) {
    const auto forget = [&seqs](std::uint64_t seq) { std::erase(seqs, seq); };
    for (const auto& frame : at.frames) {
      for (const auto& message : frame.joined().messages()) seqs.push_back(message.seq());
      for (const auto seq : frame.joined().deleted()) forget(seq);
      if (frame.has_deleted()) forget(frame.deleted().seq());
    }
    return seqs;
  }
  static std::uint64_t missed_deletions(const Client& at) {
    std::uint64_t known = 0;
    std::uint64_t missed = 0;
    for (const auto& frame : at.frames) {
      if (frame.has_joined()) known = frame.joined().deletion();
      if (!frame.has_deleted()) continue;
      if (frame.deleted().deletion() != known + 1) ++missed;
      known = frame.deleted().deletion();
    }
    return missed;
  }

  BusyLog log;
  Room room{saved(), shards_, log, clock_, {1000, 1min}, [] {}};
  std::shared_ptr<Client> ana = client();
  std::shared_ptr<Client> ben = client();
};

TEST_F(ErasingTest, AClientThatJoinsMeanwhileGetsNoErasedDrawing) {
  begin_to_erase();
  const auto late = client();
  ASSERT_TRUE(join(room, ben_, late));
  EXPECT_GT(late->joined().deletion(), 0u);
  EXPECT_LT(late->joined().deletion(), 6000u);  // it was in the middle
  std::vector<std::uint64_t> there;
  for (std::uint64_t seq = 6061; seq <= 6080; ++seq) there.push_back(seq);
  EXPECT_EQ(left_at(*late, {}), there);
  EXPECT_EQ(missed_deletions(*late), 0u);
}

TEST_F(ErasingTest, AClientThatReconnectsMeanwhileGetsAllDeletions) {
  begin_to_erase();
  const auto back = client();
  ASSERT_TRUE(join(room, ben_, back, 500));
  const auto joined = back->joined();
  EXPECT_FALSE(joined.reset());
  EXPECT_GT(joined.deleted_size(), 0);
  // Ana's are erased in order: those up to 500 first. None of the page may be erased.
  EXPECT_EQ(static_cast<std::uint64_t>(joined.deleted_size()),
            std::min<std::uint64_t>(joined.deletion(), 440));
  ASSERT_GT(joined.messages_size(), 0);
  EXPECT_GT(joined.messages(0).seq(), std::max<std::uint64_t>(500, 60 + joined.deletion()));
}

TEST_F(ErasingTest, OlderPagesCanBeReadMeanwhile) {
  begin_to_erase();
  const auto page = run(room.history(ben_.id, ben->connection(), {6061}, 0));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->messages.size(), limits::page_messages_max);
}

}  // namespace
}  // namespace colo
