// Replies that are lost after any number of bytes: a retry with the same key has no second effect.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

#include "app/app_fixture.hpp"

namespace colo {
namespace {

using namespace app_fixture;
using namespace std::chrono_literals;

// A connection to the server that breaks after so many bytes of a reply. Blocking: small messages
// fit into the kernel's buffers.
class BreakingProxy {
 public:
  explicit BreakingProxy(std::uint16_t server)
      : server_(server), acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {}

  /// Forwards the request; returns what arrived before the connection broke.
  std::string forward(const std::string& request, std::size_t reply_bytes) {
    tcp::socket client(loop_);
    client.connect(acceptor_.local_endpoint());
    asio::write(client, asio::buffer(request));
    relay(acceptor_.accept(), request.size(), reply_bytes);
    std::string received(reply_bytes + 1, '\0');
    boost::system::error_code broken;
    received.resize(asio::read(client, asio::buffer(received), broken));
    EXPECT_TRUE(broken);
    return received;
  }

 private:
  void relay(tcp::socket from_client, std::size_t request_bytes, std::size_t reply_bytes) {
    std::string request(request_bytes, '\0');
    asio::read(from_client, asio::buffer(request));
    tcp::socket to_server(loop_);
    to_server.connect({asio::ip::address_v4::loopback(), server_});
    asio::write(to_server, asio::buffer(request));
    std::string reply;
    std::array<char, 4096> part;
    while (reply.size() < reply_bytes && !read_answer(reply)) {
      const auto left = std::min(part.size(), reply_bytes - reply.size());
      reply.append(part.data(), to_server.read_some(asio::buffer(part, left)));
    }
    to_server.set_option(asio::socket_base::linger(true, 0));  // reset without a FIN
    to_server.close();
    asio::write(from_client, asio::buffer(reply));
  }

  std::uint16_t server_;
  asio::io_context loop_;
  tcp::acceptor acceptor_;
};

struct Scenario {
  Server& server;
  Caller& caller;  // an administrator, whose reply is lost
  Caller& other;   // another device of the same person
  int round = 0;
};

// A call that spends a token. New ones must be added to `spending_calls`.
struct SpendingCall {
  std::string name;
  std::function<Call(Scenario&)> prepare;
  unsigned status = 200;
  bool signs_out = false;
  // Checks the single effect after the retry. Must not use `caller`, which loses that reply as
  // well, unless it was signed out.
  std::function<void(Scenario&, const Answer&)> check = [](Scenario&, const Answer&) {};
};

void PrintTo(const SpendingCall& call, std::ostream* out) {
  *out << call.name;
}

std::string text(const boost::json::value& value, const char* field) {
  return std::string(value.at(field).as_string());
}

void expect_signed_out(Caller& caller) {
  EXPECT_EQ(caller.call({"GET", "/api/me", ""}).status, 401u);
}

void check_ticket(Scenario& scenario, const Answer& answer) {
  const auto ticket = text(answer.json(), "ticket");
  const auto port = scenario.server.port();
  EXPECT_EQ(Line(port, answer.token()).hello(ticket), scenario.caller.name);
  EXPECT_EQ(Line(port, answer.token()).hello(ticket), std::nullopt);
}

void check_signed_out(Scenario& scenario, const Answer& answer) {
  EXPECT_EQ(answer.token(), "");
  expect_signed_out(scenario.caller);
  scenario.other.expect(200, {"GET", "/api/me", ""});
  scenario.caller.sign_in();
}

void check_all_signed_out(Scenario& scenario, const Answer& answer) {
  EXPECT_EQ(answer.token(), "");
  expect_signed_out(scenario.caller);
  expect_signed_out(scenario.other);
  scenario.caller.sign_in();
  scenario.other.sign_in();
}

Call delete_account(Scenario& scenario) {
  scenario.caller.register_as("Leaver " + std::to_string(scenario.round));
  return {"DELETE", "/api/me", R"({"password":"correct horse","drawings":"delete"})"};
}

// The name is free for others, once.
void check_deleted(Scenario& scenario, const Answer& answer) {
  EXPECT_EQ(answer.token(), "");
  expect_signed_out(scenario.caller);
  scenario.caller.register_as(scenario.caller.name);
}

Call change_password(Scenario& scenario) {
  const auto& now = scenario.caller.password;
  const std::string next = "correct horse " + std::to_string(scenario.round);
  const auto body =
      boost::json::serialize(boost::json::value{{"password", now}, {"new_password", next}});
  scenario.caller.password = scenario.other.password = next;
  return {"POST", "/api/password", body};
}

void check_other_signed_out(Scenario& scenario, const Answer&) {
  expect_signed_out(scenario.other);
  scenario.other.sign_in();
}

// As the other device sees them.
Call end_session(Scenario& scenario, bool of_the_other) {
  const auto listed = scenario.other.expect(200, {"GET", "/api/sessions", ""}).json();
  for (const auto& session : listed.at("sessions").as_array())
    if (session.at("current").as_bool() == of_the_other)
      return {"DELETE", "/api/sessions/" + text(session, "id"), ""};
  ADD_FAILURE() << boost::json::serialize(listed);
  return {};
}

void check_two_sessions(Scenario&, const Answer& answer) {
  EXPECT_EQ(answer.json().at("sessions").as_array().size(), 2u);
}

boost::json::value invites_of(Scenario& scenario) {
  return scenario.other.expect(200, {"GET", "/api/invites", ""}).json();
}

void check_one_invite(Scenario& scenario, const Answer& answer) {
  const auto listed = invites_of(scenario);
  const auto& invites = listed.at("invites").as_array();
  ASSERT_EQ(invites.size(), 1u);
  const auto id = text(answer.json(), "id");
  EXPECT_EQ(text(invites[0], "id"), id);
  scenario.other.expect(204, {"DELETE", "/api/invites/" + id, ""});
}

Call revoke_invite(Scenario& scenario) {
  const auto made = scenario.other.expect(201, {"POST", "/api/invites", "{}"});
  return {"DELETE", "/api/invites/" + text(made.json(), "id"), ""};
}

void check_no_invite(Scenario& scenario, const Answer&) {
  EXPECT_TRUE(invites_of(scenario).at("invites").as_array().empty());
}

const auto call_of = [](const char* method, const char* path, const char* body = "") {
  return [=](Scenario&) { return Call{method, path, body}; };
};
const auto ending_session = [](bool of_the_other) {
  return [=](Scenario& scenario) { return end_session(scenario, of_the_other); };
};

const std::vector<SpendingCall> spending_calls{
    {"Me", call_of("GET", "/api/me")},
    {"Ticket", call_of("POST", "/api/ticket"), 200, false, check_ticket},
    {"Logout", call_of("POST", "/api/logout"), 204, true, check_signed_out},
    {"DeleteAccount", delete_account, 204, true, check_deleted},
    {"Password", change_password, 204, false, check_other_signed_out},
    {"Sessions", call_of("GET", "/api/sessions"), 200, false, check_two_sessions},
    {"EndAllSessions", call_of("DELETE", "/api/sessions"), 204, true, check_all_signed_out},
    {"EndOtherSession", ending_session(true), 204, false, check_other_signed_out},
    {"EndOwnSession", ending_session(false), 204, true, check_signed_out},
    {"Invites", call_of("GET", "/api/invites")},
    {"MakeInvite", call_of("POST", "/api/invites", "{}"), 201, false, check_one_invite},
    {"RevokeInvite", revoke_invite, 204, false, check_no_invite},
};

void stay_signed_in(Config& config) {
  config.session.idle_timeout = std::chrono::days{3650};
  config.session.lifetime = std::chrono::days{3650};
}

class EachLostReply : public testing::TestWithParam<SpendingCall> {};

TEST_P(EachLostReply, CutAtAnyByteAreRepeatedAndTheRequestHasOneEffect) {
  const auto& what = GetParam();
  Server server(stay_signed_in);
  Caller caller(server.port());
  Caller other(server.port());
  caller.register_as("Ana", server.set_up_code());
  other.name = caller.name;
  other.sign_in();
  Scenario scenario{server, caller, other};
  BreakingProxy proxy(server.port());

  for (bool whole = false; !whole && !HasFailure(); ++scenario.round) {
    SCOPED_TRACE("cut after " + std::to_string(scenario.round) + " bytes");
    const Call call = what.prepare(scenario);
    const Keys keys{caller.token, caller.secret};
    const auto rid = Caller::new_rid();
    const auto received = proxy.forward(request_text(server.port(), call, keys, rid),
                                        static_cast<std::size_t>(scenario.round));
    whole = read_answer(received).has_value();

    server.advance(1s);
    const auto again = caller.ask(call, keys, rid);
    ASSERT_EQ(again.status, what.status) << again.body;
    if (!what.signs_out) {
      ASSERT_EQ(seq_of(again.token()), seq_of(keys.token) + 1) << "it ran more than once";
      caller.token = again.token();
    }
    what.check(scenario, again);
    // The client may have lost that reply as well and tried again later.
    server.advance(5min);
    ASSERT_EQ(caller.ask(call, keys, rid), again);
  }
  EXPECT_GT(scenario.round, 300) << "that was no whole reply";
  caller.expect(200, {"GET", "/api/me", ""});
}

// A server has one set-up, so only some positions are tested.
TEST(LostReplies, OfTheSetUpMakeOneAdministrator) {
  for (std::size_t bytes = 0;; ++bytes) {
    SCOPED_TRACE("cut after " + std::to_string(bytes) + " bytes");
    Server server(stay_signed_in);
    BreakingProxy proxy(server.port());
    Caller caller(server.port());
    caller.register_as("Ana");
    const auto invite =
        boost::json::serialize(boost::json::value{{"invite", server.set_up_code()}});
    const Call call{"POST", "/api/setup", invite};
    const Keys keys{caller.token, caller.secret};
    const auto rid = Caller::new_rid();
    const auto received = proxy.forward(request_text(server.port(), call, keys, rid), bytes);
    server.advance(1s);
    const auto again = caller.ask(call, keys, rid);
    ASSERT_EQ(again.status, 200u) << again.body;
    EXPECT_TRUE(again.json().at("admin").as_bool());
    server.advance(5min);
    ASSERT_EQ(caller.ask(call, keys, rid), again);
    caller.token = again.token();
    caller.expect(200, {"GET", "/api/invites", ""});
    caller.expect(403, call);
    if (read_answer(received)) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, EachLostReply, testing::ValuesIn(spending_calls),
                         [](const auto& call) { return call.param.name; });

}  // namespace
}  // namespace colo
