// One's sessions: tickets for the socket, signing out, one's devices.
#include "net/api.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

asio::awaitable<result<std::string>> issue_ticket(Sessions& sessions, SessionId session) {
  co_return sessions.issue_ticket(session);
}

asio::awaitable<void> end(Sessions& sessions, SessionId session) {
  sessions.end(session, Ending::signed_out);
  co_return;
}

asio::awaitable<std::vector<SessionView>> list(Sessions& sessions, Granted granted) {
  co_return sessions.list(granted.user.id, granted.session);
}

asio::awaitable<void> end_all(Sessions& sessions, Granted granted) {
  sessions.end_all(granted.user.id, granted.session);
  co_return;
}

asio::awaitable<result<bool>> end_one(Sessions& sessions, Granted granted, std::string id) {
  co_return sessions.end_one(granted.user.id, id, granted.session);
}

Reply signed_out() {
  Reply reply;
  reply.status = 204;
  reply.signs_out = true;
  return reply;
}

}  // namespace

ApiReply ticket(Services& services, const Granted& granted, const ApiRequest&) {
  auto issuing = issue_ticket(services.sessions, granted.session);
  const auto ticket = co_await on(services.shards.first(), std::move(issuing));
  if (!ticket) co_return refuse(ticket.error());
  Reply reply;
  reply.body = ticket_body(*ticket);
  co_return reply;
}

ApiReply logout(Services& services, const Granted& granted, const ApiRequest&) {
  auto ending = end(services.sessions, granted.session);
  co_await on(services.shards.first(), std::move(ending));
  co_return signed_out();
}

ApiReply list_sessions(Services& services, const Granted& granted, const ApiRequest&) {
  auto listing = list(services.sessions, granted);
  const auto sessions = co_await on(services.shards.first(), std::move(listing));
  std::vector<SessionLine> lines;
  for (const auto& session : sessions)
    lines.push_back({session.id, session.device, session.current, session.signed_in, session.idle,
                     session.pages});
  Reply reply;
  reply.body = sessions_body(lines);
  co_return reply;
}

ApiReply end_sessions(Services& services, const Granted& granted, const ApiRequest&) {
  auto ending = end_all(services.sessions, granted);
  co_await on(services.shards.first(), std::move(ending));
  co_return signed_out();
}

ApiReply end_session(Services& services, const Granted& granted, const ApiRequest& request) {
  auto ending = end_one(services.sessions, granted, id_in_path(request));
  const auto own = co_await on(services.shards.first(), std::move(ending));
  if (!own) co_return refuse(own.error());
  if (*own) co_return signed_out();
  Reply reply;
  reply.status = 204;
  co_return reply;
}

}  // namespace colo
