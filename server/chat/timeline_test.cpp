#include "chat/timeline.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "runtime/run_to_end.hpp"
#include "storage/memory_log.hpp"

namespace colo {
namespace {

class TimelineTest : public testing::Test {
 protected:
  result<Stored> append(std::uint8_t number) {
    Message message;
    message.room = spec_.id;
    message.author = ana_;
    message.client_id.bytes[0] = static_cast<std::byte>(number);
    return run_to_end(timeline_.append(message));
  }
  void append_many(std::uint8_t count) {
    for (std::uint8_t i = 1; i <= count; ++i) ASSERT_TRUE(append(i));
  }
  JoinedFrame catch_up(Timeline::Position known) {
    return run_to_end(timeline_.catch_up(known)).value();
  }
  // The seqs of the messages, and of the deletions below 0, that were published.
  std::vector<std::int64_t> published() const {
    std::vector<std::int64_t> seqs;
    for (const auto& frame : frames_) {
      v1::ServerFrame parsed;
      EXPECT_TRUE(parsed.ParseFromString(std::string(frame->payload())));
      if (parsed.has_message())
        seqs.push_back(static_cast<std::int64_t>(parsed.message().seq()));
      else
        seqs.push_back(-static_cast<std::int64_t>(parsed.deleted().seq()));
    }
    return seqs;
  }

  const RoomSpec spec_{{"den"}, "The Den", "", false, 64, {}};
  const User ana_{{1}, "Ana", false};
  MemoryLog log_;
  std::vector<SharedFrame> frames_;
  Timeline timeline_{spec_, log_, [this](const SharedFrame& frame) { frames_.push_back(frame); }};
};

TEST_F(TimelineTest, MessagesArePublishedOnceAndInOrder) {
  append_many(3);
  EXPECT_TRUE(append(2)->repeated);
  EXPECT_EQ(published(), (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(timeline_.last_seq(), Seq{3});
}

TEST_F(TimelineTest, ANewClientGetsTheNewestPage) {
  append_many(60);
  const auto joined = catch_up({});
  EXPECT_EQ(joined.messages.size(), limits::page_messages_max);
  EXPECT_TRUE(joined.more);
  EXPECT_FALSE(joined.reset);
}

TEST_F(TimelineTest, AReconnectingClientGetsWhatItMissed) {
  append_many(5);
  const auto epoch = catch_up({}).epoch;
  ASSERT_TRUE(run_to_end(timeline_.erase(ana_, {2})));
  ASSERT_TRUE(run_to_end(timeline_.erase(ana_, {5})));
  EXPECT_EQ(published().back(), -5);
  const auto joined = catch_up({{3}, epoch, {}});
  EXPECT_FALSE(joined.reset);
  EXPECT_EQ(joined.messages.size(), 1u);  // 4
  EXPECT_EQ(joined.deleted, std::vector<Seq>{{2}});
  EXPECT_EQ(joined.deletion, DeletionId{2});
}

TEST_F(TimelineTest, AllMessagesOfAnAuthorAreErasedInBatches) {
  append_many(limits::erase_batch_max + 1);
  frames_.clear();
  EXPECT_TRUE(*run_to_end(timeline_.erase_batch_of(ana_.id)));
  EXPECT_EQ(frames_.size(), limits::erase_batch_max);
  EXPECT_TRUE(*run_to_end(timeline_.erase_batch_of(ana_.id)));
  EXPECT_FALSE(*run_to_end(timeline_.erase_batch_of(ana_.id)));
  EXPECT_TRUE(catch_up({}).messages.empty());
}

TEST_F(TimelineTest, ANewLifeHasAnotherEpochAndBeginsAtOne) {
  append_many(3);
  const auto epoch = catch_up({}).epoch;
  log_.clear();
  timeline_.restart();
  EXPECT_EQ(append(1)->seq, Seq{1});
  const auto joined = catch_up({{1}, epoch, {}});
  EXPECT_NE(joined.epoch, epoch);
  EXPECT_TRUE(joined.reset);
}

}  // namespace
}  // namespace colo
