// Tickets, signing out, and the list of a person's sessions.
#include "net/api.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace {

Reply signed_out() {
  Reply reply;
  reply.status = 204;
  reply.signs_out = true;
  return reply;
}

}  // namespace

ApiReply ticket(Services& services, const Granted& granted, const ApiRequest&) {
  const auto ticket = co_await services.sessions.call(&SessionTable::issue_ticket, granted.session);
  if (!ticket) co_return refuse(ticket.error());
  Reply reply;
  reply.body = ticket_body(*ticket);
  co_return reply;
}

ApiReply logout(Services& services, const Granted& granted, const ApiRequest&) {
  co_await services.sessions.call(&SessionTable::end, granted.session, Ending::signed_out);
  co_return signed_out();
}

ApiReply list_sessions(Services& services, const Granted& granted, const ApiRequest&) {
  const auto sessions =
      co_await services.sessions.call(&SessionTable::list, granted.user.id, granted.session);
  std::vector<SessionLine> lines;
  for (const auto& session : sessions)
    lines.push_back({session.id, session.device, session.current, session.signed_in, session.idle,
                     session.pages});
  Reply reply;
  reply.body = sessions_body(lines);
  co_return reply;
}

ApiReply end_sessions(Services& services, const Granted& granted, const ApiRequest&) {
  co_await services.sessions.call(&SessionTable::end_all, granted.user.id, granted.session);
  co_return signed_out();
}

ApiReply end_session(Services& services, const Granted& granted, const ApiRequest& request) {
  auto id = id_in_path(request);
  const auto own = co_await services.sessions.call(&SessionTable::end_one, granted.user.id,
                                                   std::move(id), granted.session);
  if (!own) co_return refuse(own.error());
  if (*own) co_return signed_out();
  Reply reply;
  reply.status = 204;
  co_return reply;
}

}  // namespace colo
