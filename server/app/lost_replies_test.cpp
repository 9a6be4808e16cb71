// Replies that are lost on the way, at any byte: the request is tried again with
// its key, and has had one effect.
#include <gtest/gtest.h>

#include <functional>

#include "app/app_fixture.hpp"

namespace colo {
namespace {

using namespace app_fixture;
using namespace std::chrono_literals;

// The road to the server; it breaks when so many bytes of a reply went along it.
// Blocking, in the phone's own thread: what is small waits in the kernel.
class BreakingRoad {
 public:
  explicit BreakingRoad(std::uint16_t server)
      : server_(server), acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {}

  /// Sends the request along; gives what came back before the road broke.
  std::string travel(const std::string& request, std::size_t reply_bytes) {
    tcp::socket phone(loop_);
    phone.connect(acceptor_.local_endpoint());
    asio::write(phone, asio::buffer(request));
    carry(acceptor_.accept(), request.size(), reply_bytes);
    std::string came(reply_bytes + 1, '\0');
    boost::system::error_code broken;
    came.resize(asio::read(phone, asio::buffer(came), broken));
    EXPECT_TRUE(broken);
    return came;
  }

 private:
  void carry(tcp::socket from_phone, std::size_t request_bytes, std::size_t reply_bytes) {
    std::string request(request_bytes, '\0');
    asio::read(from_phone, asio::buffer(request));
    tcp::socket to_server(loop_);
    to_server.connect({asio::ip::address_v4::loopback(), server_});
    asio::write(to_server, asio::buffer(request));
    std::string reply(reply_bytes, '\0');
    asio::read(to_server, asio::buffer(reply));
    to_server.set_option(asio::socket_base::linger(true, 0));  // torn: a reset, no goodbye
    to_server.close();
    asio::write(from_phone, asio::buffer(reply));
  }

  std::uint16_t server_;
  asio::io_context loop_;
  tcp::acceptor acceptor_;
};

struct World {
  Server& server;
  Caller& caller;  // whose reply is lost
  Caller& other;   // another device of the same person
  int round = 0;
};

// A call that spends a token. A new one is a line in `spending_calls`.
struct SpendingCall {
  std::string name;
  std::function<Call(World&)> prepare;
  unsigned status = 200;
  bool signs_out = false;
  // The one effect, looked at when the reply has come at last. Without a call of the
  // caller's, which is to lose that reply as well, unless it was signed out.
  std::function<void(World&, const Answer&)> check = [](World&, const Answer&) {};
};

void PrintTo(const SpendingCall& call, std::ostream* out) {
  *out << call.name;
}

void check_ticket(World& world, const Answer& answer) {
  const std::string ticket(answer.json().at("ticket").as_string());
  const auto port = world.server.port();
  EXPECT_EQ(Line(port, answer.token()).hello(ticket), world.caller.name);
  EXPECT_EQ(Line(port, answer.token()).hello(ticket), std::nullopt);
}

void check_signed_out(World& world, const Answer& answer) {
  EXPECT_EQ(answer.token(), "");
  EXPECT_EQ(world.caller.call({"GET", "/api/me", ""}).status, 401u);
  world.other.expect(200, {"GET", "/api/me", ""});
  world.caller.sign_in();
}

const auto call_of = [](const char* method, const char* path) {
  return [method, path](World&) { return Call{method, path, ""}; };
};

const std::vector<SpendingCall> spending_calls{
    {"Me", call_of("GET", "/api/me")},
    {.name = "Ticket", .prepare = call_of("POST", "/api/ticket"), .check = check_ticket},
    {"Logout", call_of("POST", "/api/logout"), 204, true, check_signed_out},
};

void stay_signed_in(Config& config) {
  config.session.idle_timeout = std::chrono::days{3650};
  config.session.lifetime = std::chrono::days{3650};
}

class LostReplies : public testing::TestWithParam<SpendingCall> {};

TEST_P(LostReplies, CutAtAnyByteComeAgainAndTheRequestHadOneEffect) {
  const auto& what = GetParam();
  Server server(stay_signed_in);
  Caller caller(server.port());
  Caller other(server.port());
  caller.register_as("Ana");
  other.name = caller.name;
  other.sign_in();
  World world{server, caller, other};
  BreakingRoad road(server.port());

  for (bool whole = false; !whole && !HasFailure(); ++world.round) {
    SCOPED_TRACE("cut after " + std::to_string(world.round) + " bytes");
    const Call call = what.prepare(world);
    const auto token = caller.token;
    const auto rid = Caller::new_rid();
    const auto came = road.travel(request_text(server.port(), call, token, rid),
                                  static_cast<std::size_t>(world.round));
    whole = read_answer(came).has_value();

    server.advance(1s);
    const auto again = caller.ask(call, token, rid);
    ASSERT_EQ(again.status, what.status) << again.body;
    if (!what.signs_out) {
      ASSERT_EQ(seq_of(again.token()), seq_of(token) + 1) << "it ran more than once";
      caller.token = again.token();
    }
    what.check(world, again);
    // The phone may have lost that reply as well, and slept for a while.
    server.advance(5min);
    ASSERT_EQ(caller.ask(call, token, rid), again);
  }
  EXPECT_GT(world.round, 300) << "that was no whole reply";
  caller.expect(200, {"GET", "/api/me", ""});
}

INSTANTIATE_TEST_SUITE_P(Of, LostReplies, testing::ValuesIn(spending_calls),
                         [](const auto& call) { return call.param.name; });

}  // namespace
}  // namespace colo
