#include "chat/recent.hpp"

#include <gtest/gtest.h>

#include "domain/limits.hpp"

namespace colo {
namespace {

SharedFrame frame_of(std::uint64_t seq, std::size_t bytes) {
  Message message;
  message.seq = {seq};
  message.drawing = std::string(bytes, 'x');
  return message_frame(message);
}

TEST(RecentFrames, AreBoundedInNumber) {
  RecentFrames recent;
  recent.reset({});
  for (std::uint64_t seq = 1; seq <= limits::recent_messages_max + 6; ++seq)
    recent.push({seq}, frame_of(seq, 10));
  EXPECT_EQ(recent.size(), limits::recent_messages_max);
  std::vector<std::string> messages;
  EXPECT_FALSE(recent.append_after({5}, messages));
  EXPECT_TRUE(recent.append_after({6}, messages));
  EXPECT_EQ(messages.size(), limits::recent_messages_max);
}

TEST(RecentFrames, AreBoundedInBytes) {
  RecentFrames recent;
  recent.reset({});
  for (std::uint64_t seq = 1; seq <= limits::recent_messages_max; ++seq) {
    recent.push({seq}, frame_of(seq, limits::frame_bytes_max));
    ASSERT_LE(recent.bytes(), limits::recent_bytes_max);
  }
  ASSERT_GT(recent.size(), 10u);
  EXPECT_LT(recent.size(), limits::recent_messages_max);
  const std::uint64_t after = limits::recent_messages_max - recent.size();
  std::vector<std::string> messages;
  EXPECT_FALSE(recent.append_after({after - 1}, messages));
  EXPECT_TRUE(recent.append_after({after}, messages));
}

TEST(RecentFrames, ADeletedMessageGivesItsBytesBack) {
  RecentFrames recent;
  recent.reset({4});
  const auto frame = frame_of(5, 1000);
  recent.push({5}, frame);
  recent.push({6}, frame_of(6, 1000));
  const std::vector<Seq> deleted{{5}};
  const auto before = recent.bytes();
  recent.erase(deleted);
  EXPECT_EQ(recent.bytes(), before - frame->bytes().size());
  std::vector<std::string> messages;
  EXPECT_TRUE(recent.append_after({4}, messages));
  EXPECT_EQ(messages.size(), 1u);
}

TEST(RecentDeletions, AreBoundedInNumber) {
  RecentDeletions recent;
  recent.reset({});
  for (std::uint64_t number = 1; number <= limits::recent_deletions_max + 1; ++number)
    recent.push({number}, {number});
  EXPECT_EQ(recent.size(), limits::recent_deletions_max);
  EXPECT_FALSE(recent.since({0}));
  ASSERT_TRUE(recent.since({1}));
  EXPECT_EQ(recent.since({1})->size(), limits::recent_deletions_max);
  EXPECT_EQ(recent.since({1})->front(), Seq{2});
}

TEST(RecentDeletions, DoNotKnowDeletionsThatTheyDidNotSee) {
  RecentDeletions recent;
  recent.reset({7});
  EXPECT_TRUE(recent.since({7})->empty());
  EXPECT_FALSE(recent.since({6}));
  EXPECT_FALSE(recent.since({8}));
  recent.push({3}, {9});  // the deletion 8 was not seen
  EXPECT_FALSE(recent.since({7}));
  EXPECT_EQ(recent.since({8}), std::vector<Seq>{{3}});
}

}  // namespace
}  // namespace colo
