// The list of rooms, and health checks.
#include "net/api.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

// Where registration is not open, only signed-in people may see the rooms. Spends no token.
asio::awaitable<bool> may_see_rooms(Services& services, SessionProof proof) {
  if (services.invites.policy() == Registration::open) co_return true;
  if (proof.tokens.empty()) co_return false;
  co_return co_await services.sessions.call(&SessionTable::is_current, std::move(proof));
}

}  // namespace

asio::awaitable<Reply> list_rooms(Services& services, const ApiRequest& request) {
  std::vector<RoomView> rooms;
  const bool shown = co_await may_see_rooms(services, request.proof);
  if (shown) rooms = co_await services.rooms.views();
  Reply reply;
  reply.body = rooms_body(rooms);
  co_return reply;
}

asio::awaitable<Reply> health(Services&, const ApiRequest&) {
  Reply reply;
  reply.body = health_body();
  co_return reply;
}

asio::awaitable<Reply> readiness(Services& services, const ApiRequest&) {
  auto problems = services.problems.sentences();
  for (const auto& loop : services.loops.failing())
    problems.push_back("A part of the server failed and was started again: " + loop + ".");
  Reply reply;
  if (!problems.empty()) reply.status = 503;
  reply.body = readiness_body(problems);
  co_return reply;
}

}  // namespace colo
