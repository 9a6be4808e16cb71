#include "auth/closed_sessions.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace colo {
namespace {

using namespace std::chrono_literals;

SessionId session(unsigned char number) {
  SessionId id;
  id.bytes[0] = std::byte{number};
  return id;
}

class ClosedSessionsTest : public testing::Test {
 protected:
  // A session that `user` closed with the request "logout", which still runs.
  void close(ClosedSessions& closed, unsigned char number, std::int64_t user) {
    auto requests = std::make_shared<SessionRequests>();
    requests->replay().begin(logout_, clock_.now());
    closed.add({session(number), {user}, "secret", std::move(requests)});
  }

  static bool answer(ClosedSessions& closed, unsigned char number, std::string body = "") {
    return closed.answer(session(number), "logout", {204, std::move(body), "", true, {}});
  }

  bool is_kept(const ClosedSessions& closed, unsigned char number) const {
    return closed.repeated(session(number), 1, logout_) != nullptr;
  }

  ManualClock clock_;
  boost::asio::io_context loop_;
  RequestKey logout_{"logout", {}};
};

TEST_F(ClosedSessionsTest, TheLastReplyIsKeptForARetryOfTheSameRequest) {
  ClosedSessions closed(30min, clock_);
  close(closed, 1, 1);
  EXPECT_EQ(*closed.secret_of(session(1)), "secret");
  EXPECT_FALSE(closed.answer(session(1), "other", {}));
  EXPECT_TRUE(answer(closed, 1));
  EXPECT_TRUE(closed.repeated(session(1), 1, logout_)->replay().reply_to(logout_)->signs_out);
  EXPECT_FALSE(closed.repeated(session(1), 2, logout_));
  EXPECT_FALSE(closed.repeated(session(1), 1, {"other", {}}));
  EXPECT_FALSE(closed.repeated(session(2), 1, logout_));
  EXPECT_FALSE(closed.secret_of(session(2)));
  clock_.advance(30min);
  closed.sweep();
  EXPECT_FALSE(is_kept(closed, 1));
}

TEST_F(ClosedSessionsTest, BeyondTheBoundInAllTheOldestIsEvicted) {
  ClosedSessions closed(30min, clock_, {.sessions_max = 3});
  for (unsigned char i = 1; i <= 4; ++i) close(closed, i, i);
  EXPECT_FALSE(is_kept(closed, 1));
  EXPECT_FALSE(answer(closed, 1));
  for (unsigned char i = 2; i <= 4; ++i) EXPECT_TRUE(is_kept(closed, i));
}

TEST_F(ClosedSessionsTest, BeyondTheBoundOfAPersonTheirOldestIsEvicted) {
  ClosedSessions closed(30min, clock_);
  const auto most = static_cast<unsigned char>(limits::closed_sessions_per_person_max);
  close(closed, 200, 2);
  for (unsigned char i = 1; i <= most + 1; ++i) close(closed, i, 1);
  EXPECT_TRUE(is_kept(closed, 200));
  EXPECT_FALSE(is_kept(closed, 1));
  for (unsigned char i = 2; i <= most + 1; ++i) EXPECT_TRUE(is_kept(closed, i));
}

TEST_F(ClosedSessionsTest, BeyondTheBoundInBytesTheOldestAreEvicted) {
  ClosedSessions closed(30min, clock_, {.reply_bytes_max = 1000});
  for (unsigned char i = 1; i <= 3; ++i) close(closed, i, i);
  EXPECT_TRUE(answer(closed, 1, std::string(400, 'a')));
  EXPECT_TRUE(answer(closed, 2, std::string(600, 'b')));
  EXPECT_TRUE(is_kept(closed, 1));
  EXPECT_TRUE(answer(closed, 3, "c"));
  EXPECT_FALSE(is_kept(closed, 1));
  EXPECT_TRUE(is_kept(closed, 2));
  EXPECT_TRUE(is_kept(closed, 3));
  // What was evicted is no longer counted.
  close(closed, 4, 4);
  EXPECT_TRUE(answer(closed, 4, std::string(399, 'd')));
  EXPECT_TRUE(is_kept(closed, 2));
}

TEST_F(ClosedSessionsTest, ADuplicateThatWaitsForAnEvictedSessionIsRefused) {
  ClosedSessions closed(30min, clock_, {.sessions_max = 1});
  close(closed, 1, 1);
  std::optional<result<Reply>> outcome;
  boost::asio::co_spawn(
      loop_, SessionRequests::reply_to(closed.repeated(session(1), 1, logout_), logout_),
      [&outcome](std::exception_ptr, result<Reply> reply) { outcome = std::move(reply); });
  loop_.poll();
  EXPECT_FALSE(outcome);
  close(closed, 2, 2);
  loop_.restart();
  loop_.poll();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error().code, errc::busy);
}

}  // namespace
}  // namespace colo
