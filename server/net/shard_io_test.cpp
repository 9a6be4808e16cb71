#include "net/shard_io.hpp"

#include <gtest/gtest.h>

#include "runtime/log_capture.hpp"

namespace colo {
namespace {

TEST(ShardIo, AFrameWithoutAJsonFormIsLoggedOnceAndSentAsAnError) {
  Shard shard(0);
  ShardIo io(shard);
  LogCapture log;
  MessagePage page;
  page.messages.emplace_back();
  page.messages.back().drawing = std::string("\xFF\xFF");  // as after damage to a disk
  const auto frame = page_frame({"den"}, page);
  for (int connection = 0; connection < 3; ++connection)
    EXPECT_NE(io.in_json(frame)->payload().find("internal"), std::string::npos);
  EXPECT_EQ(log.count("a frame could not be sent as JSON"), 1u);
}

}  // namespace
}  // namespace colo
