#include "net/stream.hpp"

#include <gtest/gtest.h>
#include <sys/ioctl.h>

#include <array>
#include <string>

#include "domain/limits.hpp"
#include "net/client_fixture.hpp"

namespace colo {
namespace {

class StreamTest : public testing::TestWithParam<Line> {};

// A client that never stops sending must not keep a closing connection open for ever.
TEST_P(StreamTest, AGracefulCloseDiscardsABoundedNumberOfBytes) {
  constexpr std::size_t far_more = 16 * limits::lingering_close_bytes_max;
  boost::asio::io_context loop;
  TestClient client(loop, GetParam());
  Stream stream = client.take_stream();
  bool closed = false;
  boost::asio::co_spawn(loop, stream.close_gracefully(), [&closed](std::exception_ptr thrown) {
    EXPECT_FALSE(thrown);
    closed = true;
  });
  const std::string piece(64 * 1024, 'x');
  std::size_t sent = 0;
  while (!closed && sent < far_more) {
    sent += client.write_some(piece);
    loop.restart();
    loop.poll();
  }
  EXPECT_TRUE(closed);
  EXPECT_GE(sent, limits::lingering_close_bytes_max);
  EXPECT_LT(sent, far_more);
}

// Such messages give no bytes to read. One call must not go on for as long as they come.
TEST(Stream, OneReadTakesABoundedNumberOfKeyUpdates) {
  boost::asio::io_context loop;
  TestClient client(loop, Line::tls);
  Stream stream = client.take_stream();
  const auto unread = [&stream] {
    int bytes = 0;
    EXPECT_EQ(ioctl(stream.native_handle(), FIONREAD, &bytes), 0);
    return bytes;
  };
  constexpr int far_more = 64 * 1024;
  while (unread() < far_more) ASSERT_TRUE(client.update_key());
  std::array<char, 100> buffer;
  const auto before = unread();
  EXPECT_EQ(stream.read_now(buffer), -EAGAIN);
  EXPECT_LE(before - unread(), 32 * 1024);
  EXPECT_GT(unread(), 0);
}

INSTANTIATE_TEST_SUITE_P(Lines, StreamTest, testing::Values(Line::plain, Line::tls), name_of_line);

}  // namespace
}  // namespace colo
