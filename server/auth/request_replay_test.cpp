// Each row of the table in protocol/http-api.md, "Tokens".
#include "auth/request_replay.hpp"

#include <gtest/gtest.h>

#include "domain/limits.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

RequestKey request(const std::string& rid, std::string_view body = "") {
  return {rid, hash_request("POST", "/api/ticket", body)};
}

// A session whose first three tokens were spent by "first", "second" and "third"; "third" still
// runs where `last_runs`. Its current token is 4.
RequestReplay after_three(bool last_runs = false) {
  RequestReplay replay;
  for (const auto* rid : {"first", "second", "third"}) {
    replay.begin(request(rid), SteadyTime{});
    if (last_runs && rid == std::string_view("third")) break;
    replay.answer(rid, {200, std::string("reply to ") + rid, "next", false, {}}, SteadyTime{});
  }
  return replay;
}

struct Case {
  const char* name;
  std::uint64_t token;
  const char* rid;
  const char* body;
  std::chrono::milliseconds later;  // than the reply to "third"
  bool last_runs;
  Verdict verdict;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.name;
}

class ReplayRules : public testing::TestWithParam<Case> {};

TEST_P(ReplayRules, GiveTheVerdictOfARequest) {
  const auto& one = GetParam();
  const auto replay = after_three(one.last_runs);
  EXPECT_EQ(replay.judge(one.token, request(one.rid, one.body), SteadyTime{} + one.later),
            one.verdict);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReplayRules,
    testing::Values(
        Case{"CurrentTokenNewRequest", 4, "fourth", "", 0s, false, Verdict::run},
        Case{"CurrentTokenNewRequestLater", 4, "fourth", "", 30min, false, Verdict::run},
        Case{"CurrentTokenLastRequest", 4, "third", "", 30min, false, Verdict::repeat_reply},
        Case{"CurrentTokenLastRidOtherBody", 4, "third", "x", 0s, false, Verdict::run},
        Case{"CurrentTokenEarlierRequest", 4, "second", "", 0s, false, Verdict::run},
        Case{"SpentTokenSameRequest", 3, "third", "", 30min, false, Verdict::repeat_reply},
        Case{"SpentTokenSameRequestRuns", 3, "third", "", 30min, true, Verdict::wait_for_reply},
        Case{"SpentTokenOtherBody", 3, "third", "x", 30min, false, Verdict::key_reused},
        Case{"SpentTokenOtherBodyRuns", 3, "third", "x", 0s, true, Verdict::key_reused},
        Case{"SpentTokenOtherRidSoon", 3, "other", "", 9'999ms, false, Verdict::retry},
        Case{"SpentTokenOtherRidRuns", 3, "other", "", 30min, true, Verdict::retry},
        Case{"SpentTokenOtherRidLate", 3, "other", "", 10s, false, Verdict::replayed},
        Case{"OlderTokenItsRequestSoon", 1, "first", "", 9'999ms, false, Verdict::retry},
        Case{"OlderTokenItsRequestLate", 1, "first", "", 10s, false, Verdict::replayed},
        Case{"OlderTokenOtherRid", 1, "other", "", 0s, false, Verdict::replayed},
        Case{"OlderTokenOtherBody", 1, "first", "x", 0s, false, Verdict::replayed},
        Case{"OlderTokenRequestOfAnother", 1, "second", "", 0s, false, Verdict::replayed},
        Case{"OlderTokenLastRequest", 2, "third", "", 0s, false, Verdict::replayed},
        Case{"TokenThatWasNeverIssued", 5, "fifth", "", 0s, false, Verdict::replayed}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(RequestReplay, ATokenThatRanOnceNeverRunsAgain) {
  RequestReplay replay;
  for (int i = 0; i < 50; ++i) {
    const auto token = replay.current_token();
    const auto rid = "request-" + std::to_string(i);
    ASSERT_EQ(replay.judge(token, request(rid), SteadyTime{}), Verdict::run);
    replay.begin(request(rid), SteadyTime{});
    replay.answer(rid, {}, SteadyTime{});
    for (std::uint64_t spent = 1; spent <= token; ++spent)
      for (const auto& again : {request(rid), request("other"), request("request-0")})
        EXPECT_NE(replay.judge(spent, again, SteadyTime{}), Verdict::run);
  }
}

TEST(RequestReplay, OnlyTheLastTokensExcuseALateDuplicate) {
  RequestReplay replay;
  replay.begin(request("first"), SteadyTime{});
  for (std::size_t i = 0; i < limits::late_duplicates_max; ++i)
    replay.begin(request("later-" + std::to_string(i)), SteadyTime{});
  EXPECT_EQ(replay.judge(1, request("first"), SteadyTime{}), Verdict::retry);
  replay.begin(request("one more"), SteadyTime{});
  EXPECT_EQ(replay.judge(1, request("first"), SteadyTime{}), Verdict::replayed);
  EXPECT_EQ(replay.judge(2, request("later-0"), SteadyTime{}), Verdict::retry);
}

TEST(RequestReplay, TheReplyIsThatOfTheLastRequest) {
  auto replay = after_three(true);
  EXPECT_FALSE(replay.reply_to(request("third")));
  EXPECT_FALSE(replay.answer("second", {500, "", "", false, {}}, SteadyTime{}));
  EXPECT_TRUE(replay.answer("third", {201, "made", "next", false, {}}, SteadyTime{}));
  ASSERT_TRUE(replay.reply_to(request("third")));
  EXPECT_EQ(replay.reply_to(request("third"))->body, "made");
  EXPECT_EQ(replay.reply_bytes(), 8u);
  EXPECT_FALSE(replay.reply_to(request("second")));
  EXPECT_TRUE(replay.repeats_last(3, request("third")));
  EXPECT_FALSE(replay.repeats_last(4, request("third")));
  EXPECT_FALSE(replay.repeats_last(3, request("third", "another body")));
}

TEST(RequestHash, DependsOnEachPartAndOnWhereItEnds) {
  const auto hash = hash_request("POST", "/api/a", "b");
  EXPECT_EQ(hash, hash_request("POST", "/api/a", "b"));
  EXPECT_NE(hash, hash_request("DELETE", "/api/a", "b"));
  EXPECT_NE(hash, hash_request("POST", "/api/ab", ""));
  EXPECT_NE(hash, hash_request("POST", "/api/", "ab"));
}

}  // namespace
}  // namespace colo
