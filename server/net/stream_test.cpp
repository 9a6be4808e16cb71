#include "net/stream.hpp"

#include <gtest/gtest.h>

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

INSTANTIATE_TEST_SUITE_P(Lines, StreamTest, testing::Values(Line::plain, Line::tls), name_of_line);

}  // namespace
}  // namespace colo
