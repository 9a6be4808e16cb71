// One contract for all Senders.
#include "net/sender.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "net/socket_pair.hpp"

namespace colo {
namespace {

iovec piece(std::string& bytes) {
  return {bytes.data(), bytes.size()};
}

class SenderTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    sender_ = GetParam() ? make_io_uring_sender() : make_sendmsg_sender();
    if (!sender_) GTEST_SKIP() << "the kernel does not allow io_uring here";
  }

  std::unique_ptr<Sender> sender_;
};

TEST_P(SenderTest, SendsEachDispatchToItsSocketWithItsPiecesInOrder) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{40}, Sender::dispatches_max}) {
    std::vector<SocketPair> pairs(count);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.push_back("client " + std::to_string(i) + ";");
    std::string end = "end";
    std::vector<std::vector<iovec>> pieces;
    std::vector<Dispatch> dispatches;
    for (std::size_t i = 0; i < count; ++i) {
      pieces.push_back({piece(texts[i])});
      for (std::size_t more = 0; more < i % 3; ++more) pieces.back().push_back(piece(end));
      dispatches.push_back({pairs[i].sending(), pieces.back(), 0});
    }
    for (int again = 0; again < 3; ++again) sender_->send(dispatches);
    for (std::size_t i = 0; i < count; ++i) {
      std::string once = texts[i];
      for (std::size_t more = 0; more < i % 3; ++more) once += end;
      EXPECT_EQ(dispatches[i].result, static_cast<ssize_t>(once.size()));
      EXPECT_EQ(pairs[i].read(), once + once + once);
    }
  }
}

TEST_P(SenderTest, ReturnsTheResultOfEach) {
  std::vector<SocketPair> pairs(64);
  std::string large(8 * 1024 * 1024, 'x');
  std::string small = "small";
  std::array<iovec, 1> large_piece{piece(large)};
  std::array<iovec, 1> small_piece{piece(small)};
  pairs[1].close_peer();
  std::vector<Dispatch> dispatches;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    dispatches.push_back({pairs[i].sending(), i == 0 ? large_piece : small_piece, 0});
  sender_->send(dispatches);
  EXPECT_GT(dispatches[0].result, 0) << "as much as there was room for";
  EXPECT_LT(dispatches[0].result, static_cast<ssize_t>(large.size()));
  EXPECT_EQ(dispatches[1].result, -EPIPE) << "and no signal";
  for (std::size_t i = 2; i < pairs.size(); ++i) EXPECT_EQ(dispatches[i].result, 5);

  sender_->send(dispatches);
  EXPECT_EQ(dispatches[0].result, -EAGAIN) << "a full socket is not waited for";
  EXPECT_EQ(pairs[2].read(), "smallsmall");
}

INSTANTIATE_TEST_SUITE_P(By, SenderTest, testing::Bool(), [](const auto& by) {
  return std::string(by.param ? "IoUring" : "Sendmsg");
});

}  // namespace
}  // namespace colo
