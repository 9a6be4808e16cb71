// Registering, signing in and out, who am I, and tickets for the socket.
#include <boost/beast/core/string.hpp>

#include "net/api.hpp"
#include "runtime/log.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

result<Credentials> credentials_of(const ApiRequest& request) {
  const auto type = request.content_type.substr(0, request.content_type.find(';'));
  if (!boost::beast::iequals(type, "application/json")) return errc::not_json;
  return read_credentials(request.body);
}

asio::awaitable<std::string> open_session(Services& services, User user) {
  co_return services.sessions.open(std::move(user));
}

asio::awaitable<Reply> welcome(Services& services, User user, unsigned status) {
  Reply reply;
  reply.status = status;
  reply.body = username_body(user);
  auto opening = open_session(services, std::move(user));
  reply.next_token = co_await on(services.shards.first(), std::move(opening));
  co_return reply;
}

asio::awaitable<result<std::string>> issue_ticket(Services& services, SessionId session) {
  co_return services.sessions.issue_ticket(session);
}

asio::awaitable<void> end_session(Services& services, SessionId session) {
  services.sessions.end(session, Ending::signed_out);
  co_return;
}

}  // namespace

asio::awaitable<Reply> register_account(Services& services, const ApiRequest& request) {
  auto credentials = credentials_of(request);
  if (!credentials) co_return refuse(credentials.error());
  auto user = co_await services.accounts.register_account(
      std::move(credentials->username), std::move(credentials->password), request.network);
  if (!user) co_return refuse(user.error());
  log::info("security: {} registered from {}", user->name, request.network);
  co_return co_await welcome(services, std::move(*user), 201);
}

asio::awaitable<Reply> login(Services& services, const ApiRequest& request) {
  auto credentials = credentials_of(request);
  if (!credentials) co_return refuse(credentials.error());
  auto user = co_await services.accounts.sign_in(std::move(credentials->username),
                                                 std::move(credentials->password), request.network);
  if (!user) {
    if (user.error().code == errc::bad_credentials)
      log::info("security: a sign-in from {} failed", request.network);
    co_return refuse(user.error());
  }
  log::info("security: {} signed in from {}", user->name, request.network);
  co_return co_await welcome(services, std::move(*user), 200);
}

asio::awaitable<Reply> logout(Services& services, const Granted& granted) {
  auto ending = end_session(services, granted.session);
  co_await on(services.shards.first(), std::move(ending));
  Reply reply;
  reply.status = 204;
  reply.signs_out = true;
  co_return reply;
}

asio::awaitable<Reply> me(Services& services, const Granted& granted) {
  Reply reply;
  reply.body = me_body(granted.user, services.sessions.idle_seconds());
  co_return reply;
}

asio::awaitable<Reply> ticket(Services& services, const Granted& granted) {
  auto issuing = issue_ticket(services, granted.session);
  const auto ticket = co_await on(services.shards.first(), std::move(issuing));
  if (!ticket) co_return refuse(ticket.error());
  Reply reply;
  reply.body = ticket_body(*ticket);
  co_return reply;
}

}  // namespace colo
