#include "storage/memory_log.hpp"

#include "storage/message_log_contract.hpp"

namespace colo {
namespace {

class MemoryFixture {
 public:
  MessageLog& log() { return log_; }
  User person(std::string name) { return {{++people_}, std::move(name), false}; }
  void leave(const User& user) { log_.forget_name(user.id); }
  User administrator(const std::string& name) { return {{++people_}, name, true}; }

 private:
  MemoryLog log_;
  std::int64_t people_ = 0;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, MessageLogContract, MemoryFixture);

const User ann{{1}, "Ann", false};
const RoomId den{"den"};

Message drawing_of(std::uint32_t number, std::size_t bytes) {
  Message message = drawing(ann, number);
  message.drawing = std::string(bytes, 'x');
  return message;
}

TEST(MemoryLog, WhenItIsFullTheOldestAreDropped) {
  MemoryLog log(10'000);
  for (std::uint32_t i = 1; i <= 100; ++i) {
    ASSERT_EQ(run_to_end(log.append(drawing_of(i, 1000)))->seq.value, i);
    ASSERT_LE(log.bytes(), 10'000u);
  }
  const MessagePage all = run_to_end(log.after(den, {0}, 50)).value();
  ASSERT_FALSE(all.messages.empty());
  EXPECT_GE(all.messages.size(), 5u);
  EXPECT_EQ(all.messages.back().seq.value, 100u);
  EXPECT_EQ(all.messages.front().seq.value, 101 - all.messages.size());
  EXPECT_FALSE(run_to_end(log.before(den, all.messages.front().seq, 50))->more);
  EXPECT_EQ(run_to_end(log.last_seq(den))->value, 100u);
  EXPECT_FALSE(run_to_end(log.erase(den, {1}, ann)));
}

TEST(MemoryLog, TheNewestStaysWhateverItsSize) {
  MemoryLog log(100);
  ASSERT_TRUE(run_to_end(log.append(drawing_of(1, 1000))));
  ASSERT_TRUE(run_to_end(log.append(drawing_of(2, 1000))));
  EXPECT_EQ(seqs_of(*run_to_end(log.after(den, {0}, 50))), (std::vector<std::uint64_t>{2}));
}

TEST(MemoryLog, ErasedMessagesFreeTheirBytes) {
  MemoryLog log;
  ASSERT_TRUE(run_to_end(log.append(drawing_of(1, 5000))));
  const std::size_t full = log.bytes();
  ASSERT_TRUE(run_to_end(log.erase(den, {1}, ann)));
  EXPECT_LE(log.bytes(), full - 5000);
}

TEST(MemoryLog, ErasedMessagesDoNotAccumulate) {
  MemoryLog log(1'000'000);
  for (std::uint32_t i = 1; i <= 10; ++i) ASSERT_TRUE(run_to_end(log.append(drawing_of(i, 1000))));
  const auto living = log.bytes();
  std::size_t after_some = 0;
  for (std::uint32_t i = 1; i <= 5'000; ++i) {
    const auto stored = run_to_end(log.append(drawing_of(10 + i, 1000)));
    ASSERT_TRUE(run_to_end(log.erase(den, stored->seq, ann)));
    if (i == limits::deletions_told_max) after_some = log.bytes();
  }
  EXPECT_EQ(log.bytes(), after_some);
  EXPECT_LT(log.bytes(), living + 500'000);
  // No visible message was dropped for them.
  EXPECT_EQ(run_to_end(log.after(den, {0}, 50))->messages.size(), 10u);
  EXPECT_EQ(run_to_end(log.last_seq(den))->value, 5'010u);
  EXPECT_TRUE(run_to_end(log.append(drawing_of(5'010, 1000)))->repeated);
  EXPECT_FALSE(run_to_end(log.append(drawing_of(11, 1000)))->repeated);  // forgotten by now
}

TEST(MemoryLog, AfterClearItStartsAtOne) {
  MemoryLog log;
  for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_TRUE(run_to_end(log.append(drawing_of(i, 10))));
  log.clear();
  EXPECT_EQ(log.bytes(), 0u);
  EXPECT_EQ(run_to_end(log.last_seq(den))->value, 0u);
  EXPECT_TRUE(run_to_end(log.before(den, {4}, 50))->messages.empty());
  const Stored again = run_to_end(log.append(drawing_of(2, 10))).value();
  EXPECT_FALSE(again.repeated);
  EXPECT_EQ(again.seq.value, 1u);
}

}  // namespace
}  // namespace colo
