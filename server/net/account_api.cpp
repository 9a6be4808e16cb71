// Who may register, registering, signing in, who am I, another password, leaving.
#include "auth/device_name.hpp"
#include "net/api.hpp"
#include "runtime/log.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

std::string_view word_for(Registration registration) {
  switch (registration) {
    case Registration::open:
      return "open";
    case Registration::by_invite:
      return "invite";
    case Registration::closed:
      return "closed";
  }
  return "closed";
}

std::string_view word_for(InviteWorth worth) {
  switch (worth) {
    case InviteWorth::none:
      return "none";
    case InviteWorth::member:
      return "member";
    case InviteWorth::administrator:
      return "administrator";
    case InviteWorth::gone:
      return "gone";
  }
  return "gone";
}

asio::awaitable<result<Opened>> open_session(Services& services, Verified who, std::string device) {
  co_return services.sessions.open(std::move(who.user), who.password, std::move(device));
}

asio::awaitable<Reply> welcome(Services& services, const ApiRequest& request, Verified who,
                               unsigned status) {
  Reply reply;
  reply.status = status;
  auto opening = open_session(services, who, device_name(request.user_agent));
  auto opened = co_await on(services.shards.first(), std::move(opening));
  if (!opened) co_return refuse(opened.error());
  reply.body = signed_in_body(who.user, opened->secret);
  reply.next_token = std::move(opened->token);
  co_return reply;
}

asio::awaitable<void> end_older_sessions(Services& services, Granted granted,
                                         PasswordVersion version) {
  services.sessions.change_password(granted.user.id, version, granted.session);
  co_return;
}

asio::awaitable<void> forget_user(Services& services, Granted granted) {
  services.sessions.forget_user(granted.user.id, granted.session);
  co_return;
}

}  // namespace

ApiReply ask_registration(Services& services, const ApiRequest& request) {
  const auto invite = body_of(request, read_invite);
  if (!invite) co_return refuse(invite.error());
  const auto worth = co_await services.invites.look_up(*invite, request.network);
  if (!worth) co_return refuse(worth.error());
  Reply reply;
  reply.body = registration_body(word_for(services.invites.policy()), word_for(*worth));
  co_return reply;
}

ApiReply register_account(Services& services, const ApiRequest& request) {
  auto credentials = body_of(request, read_credentials);
  if (!credentials) co_return refuse(credentials.error());
  const auto invite = read_invite(request.body);
  if (!invite) co_return refuse(invite.error());
  const auto admission = co_await services.invites.admit(*invite, request.network);
  if (!admission) co_return refuse(admission.error());
  auto made = co_await services.accounts.register_account(std::move(credentials->username),
                                                          std::move(credentials->password),
                                                          request.network, *admission);
  if (!made) co_return refuse(made.error());
  const auto how = admission->admin    ? ", as administrator by the set-up link,"
                   : admission->invite ? " by invite"
                                       : "";
  log::info("security: {} registered{} from {}", made->user.name, how, request.network);
  if (admission->admin) co_await services.invites.end_set_up();
  co_return co_await welcome(services, request, std::move(*made), 201);
}

ApiReply login(Services& services, const ApiRequest& request) {
  auto credentials = body_of(request, read_credentials);
  if (!credentials) co_return refuse(credentials.error());
  auto who = co_await services.accounts.sign_in(std::move(credentials->username),
                                                std::move(credentials->password), request.network);
  if (!who) co_return refuse(who.error());
  log::info("security: {} signed in from {}", who->user.name, request.network);
  co_return co_await welcome(services, request, std::move(*who), 200);
}

ApiReply me(Services& services, const Granted& granted, const ApiRequest&) {
  const auto user = co_await services.accounts.current(granted.user.id);
  if (!user) co_return refuse(user.error());
  Reply reply;
  reply.body = me_body(*user, services.sessions.idle_seconds());
  co_return reply;
}

ApiReply delete_me(Services& services, const Granted& granted, const ApiRequest& request) {
  auto wish = body_of(request, read_account_removal);
  if (!wish) co_return refuse(wish.error());
  SignedInAt who{granted.user.id, granted.session, request.network};
  const auto removed = co_await services.accounts.remove_account(
      std::move(who), std::move(wish->password), wish->erase_drawings);
  if (!removed) co_return refuse(removed.error());
  log::info("security: {} deleted their account from {}; the drawings {}", granted.user.name,
            request.network, wish->erase_drawings ? "are erased" : "stay");
  auto forgetting = forget_user(services, granted);
  co_await on(services.shards.first(), std::move(forgetting));
  co_await services.leavers.let_go(granted.user.id);
  if (wish->erase_drawings) services.leavers.erase_drawings(granted.user.id);
  Reply reply;
  reply.status = 204;
  reply.signs_out = true;
  co_return reply;
}

ApiReply change_password(Services& services, const Granted& granted, const ApiRequest& request) {
  auto wish = body_of(request, read_password_change);
  if (!wish) co_return refuse(wish.error());
  SignedInAt who{granted.user.id, granted.session, request.network};
  const auto version = co_await services.accounts.change_password(
      std::move(who), std::move(wish->password), std::move(wish->new_password));
  if (!version) co_return refuse(version.error());
  log::info("security: {} changed their password from {}", granted.user.name, request.network);
  auto ending = end_older_sessions(services, granted, *version);
  co_await on(services.shards.first(), std::move(ending));
  Reply reply;
  reply.status = 204;
  co_return reply;
}

ApiReply set_up(Services& services, const Granted& granted, const ApiRequest& request) {
  auto invite = body_of(request, read_invite);
  if (!invite) co_return refuse(invite.error());
  const auto made = co_await services.invites.set_up(granted.user.id, std::move(*invite));
  if (!made) co_return refuse(made.error());
  log::info("security: {} became an administrator by the set-up link, from {}", granted.user.name,
            request.network);
  User user = granted.user;
  user.admin = true;
  Reply reply;
  reply.body = set_up_body(user, services.sessions.idle_seconds(), request.proof.secret);
  co_return reply;
}

}  // namespace colo
