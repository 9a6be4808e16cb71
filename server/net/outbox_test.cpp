#include "net/outbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "domain/limits.hpp"

namespace colo {
namespace {

SharedFrame frame(std::size_t bytes, char letter = 'x') {
  return std::make_shared<const OutgoingFrame>(ws::Op::binary, std::string(bytes, letter));
}

std::string gathered(const Outbox& outbox, std::size_t pieces_max = 64) {
  std::vector<iovec> pieces(pieces_max);
  std::string bytes;
  for (std::size_t i = 0; i < outbox.gather(pieces); ++i)
    bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  return bytes;
}

TEST(Outbox, GivesFramesInTheirOrderHoweverTheyAreWritten) {
  std::mt19937 random(7);
  Outbox outbox;
  std::string pushed;
  std::string written;
  std::size_t frames = 0;
  std::size_t ended = 0;
  for (int turn = 0; turn < 20'000; ++turn) {
    if (outbox.bytes() < 5000 && random() % 2 == 0) {
      const auto next = frame(random() % 400, static_cast<char>('a' + turn % 26));
      ASSERT_TRUE(outbox.push(next));
      pushed += next->bytes();
      ++frames;
    }
    const auto offered = gathered(outbox, 1 + random() % 8);
    const auto taken = offered.empty() ? 0 : random() % (offered.size() + 1);
    written.append(offered, 0, taken);
    ended += outbox.sent(taken);
    ASSERT_EQ(outbox.bytes(), pushed.size() - written.size());
  }
  written += gathered(outbox, 10'000);
  ended += outbox.sent(outbox.bytes());
  EXPECT_EQ(written, pushed);
  EXPECT_EQ(ended, frames);
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, TakesNoMoreThanItsBound) {
  Outbox outbox;
  const auto large = frame(limits::outbox_bytes_max / 4);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(outbox.push(large));
  EXPECT_FALSE(outbox.push(large)) << "with their headers, four are too many";
  EXPECT_EQ(outbox.bytes(), 3 * large->bytes().size());
  EXPECT_TRUE(outbox.push(frame(100)));
}

TEST(Outbox, TakesNothingInAfterTheClosingFrame) {
  Outbox outbox;
  outbox.push(frame(10, 'a'));
  outbox.close_with(frame(2, 'c'));
  EXPECT_TRUE(outbox.push(frame(10, 'b')));
  outbox.close_with(frame(3, 'd'));
  EXPECT_EQ(gathered(outbox),
            std::string(frame(10, 'a')->bytes()) + std::string(frame(2, 'c')->bytes()));
}

TEST(Outbox, ForgettingKeepsAFrameThatWasBegun) {
  Outbox outbox;
  const auto first = frame(10, 'a');
  outbox.push(first);
  outbox.push(frame(10, 'b'));
  outbox.sent(3);
  outbox.forget(0);
  outbox.close_with(frame(2, 'c'));
  EXPECT_EQ(gathered(outbox),
            std::string(first->bytes().substr(3)) + std::string(frame(2, 'c')->bytes()));

  Outbox untouched;
  untouched.push(first);
  untouched.forget(0);
  EXPECT_TRUE(untouched.empty());
  EXPECT_EQ(untouched.bytes(), 0u);
}

TEST(Outbox, ForgettingKeepsWhatIsOnItsWay) {
  Outbox outbox;
  const auto a = frame(10, 'a');
  const auto b = frame(10, 'b');
  outbox.push(a);
  outbox.push(b);
  outbox.push(frame(10, 'c'));
  outbox.sent(3);
  outbox.forget(15);  // the rest of a, and half of b
  outbox.close_with(frame(2, 'z'));
  EXPECT_EQ(outbox.bytes(), 9 + 12 + 4u);
  EXPECT_EQ(outbox.sent(15), 1u);
  EXPECT_EQ(gathered(outbox),
            std::string(b->bytes().substr(6)) + std::string(frame(2, 'z')->bytes()));
}

TEST(Outbox, TakesAnyFrameWhenItIsEmpty) {
  Outbox outbox;
  const auto huge = frame(2 * limits::outbox_bytes_max);
  EXPECT_TRUE(outbox.push(huge));
  EXPECT_FALSE(outbox.push(frame(1)));
  outbox.sent(huge->bytes().size());
  EXPECT_TRUE(outbox.push(frame(1)));
}

TEST(Outbox, ClearedItHasNothingToWrite) {
  Outbox outbox;
  outbox.push(frame(10));
  outbox.push(frame(10));
  outbox.sent(5);
  outbox.clear();
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.bytes(), 0u);
  EXPECT_EQ(gathered(outbox), "");
}

TEST(Outbox, LetsGoOfWhatWentOut) {
  Outbox outbox;
  std::weak_ptr<const OutgoingFrame> first;
  {
    const auto made = frame(10);
    first = made;
    outbox.push(made);
  }
  for (int i = 0; i < 100; ++i) {  // never empty
    outbox.push(frame(10));
    outbox.sent(12);
  }
  EXPECT_TRUE(first.expired());
  EXPECT_EQ(outbox.bytes(), 12u);
}

}  // namespace
}  // namespace colo
