// Registering, signing in, and calls about the account itself.
#include "auth/device_name.hpp"
#include "net/api.hpp"
#include "runtime/log.hpp"
#include "wire/json_body.hpp"

namespace colo {

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

std::string_view word_for(InviteStatus status) {
  switch (status) {
    case InviteStatus::none:
      return "none";
    case InviteStatus::member:
      return "member";
    case InviteStatus::administrator:
      return "administrator";
    case InviteStatus::gone:
      return "gone";
  }
  return "gone";
}

ApiReply open_session(Services& services, const ApiRequest& request, VerifiedAccount account,
                      unsigned status) {
  Reply reply;
  reply.status = status;
  auto device = device_name(request.user_agent);
  auto opened = co_await services.sessions.call(&SessionTable::open, account.user, account.password,
                                                std::move(device));
  if (!opened) co_return refuse(opened.error());
  reply.body = signed_in_body(account.user, opened->secret);
  reply.next_token = std::move(opened->token);
  co_return reply;
}

}  // namespace

ApiReply ask_registration(Services& services, const ApiRequest& request) {
  const auto invite = body_of(request, read_invite);
  if (!invite) co_return refuse(invite.error());
  const auto status = co_await services.invites.look_up(*invite, request.network);
  if (!status) co_return refuse(status.error());
  Reply reply;
  reply.body = registration_body(word_for(services.invites.policy()), word_for(*status));
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
  co_return co_await open_session(services, request, std::move(*made), 201);
}

ApiReply login(Services& services, const ApiRequest& request) {
  auto credentials = body_of(request, read_credentials);
  if (!credentials) co_return refuse(credentials.error());
  auto account = co_await services.accounts.sign_in(
      std::move(credentials->username), std::move(credentials->password), request.network);
  if (!account) co_return refuse(account.error());
  log::info("security: {} signed in from {}", account->user.name, request.network);
  co_return co_await open_session(services, request, std::move(*account), 200);
}

ApiReply me(Services& services, const Granted& granted, const ApiRequest&) {
  const auto user = co_await services.accounts.current(granted.user.id);
  if (!user) co_return refuse(user.error());
  Reply reply;
  reply.body = me_body(*user, services.session_times.idle_seconds());
  co_return reply;
}

ApiReply delete_me(Services& services, const Granted& granted, const ApiRequest& request) {
  auto fields = body_of(request, read_account_removal);
  if (!fields) co_return refuse(fields.error());
  Requester requester{granted.user.id, granted.session, request.network};
  const auto removed = co_await services.accounts.remove_account(
      std::move(requester), std::move(fields->password), fields->erase_drawings);
  if (!removed) co_return refuse(removed.error());
  log::info("security: {} deleted their account from {}; the drawings {}", granted.user.name,
            request.network, fields->erase_drawings ? "are erased" : "stay");
  co_await services.sessions.call(&SessionTable::forget_user, granted.user.id, granted.session);
  co_await services.account_eraser.remove_from_rooms(granted.user.id);
  if (fields->erase_drawings) services.account_eraser.erase_drawings();
  Reply reply;
  reply.status = 204;
  reply.signs_out = true;
  co_return reply;
}

ApiReply change_password(Services& services, const Granted& granted, const ApiRequest& request) {
  auto fields = body_of(request, read_password_change);
  if (!fields) co_return refuse(fields.error());
  Requester requester{granted.user.id, granted.session, request.network};
  const auto version = co_await services.accounts.change_password(
      std::move(requester), std::move(fields->password), std::move(fields->new_password));
  if (!version) co_return refuse(version.error());
  log::info("security: {} changed their password from {}", granted.user.name, request.network);
  co_await services.sessions.call(&SessionTable::change_password, granted.user.id, *version,
                                  std::optional<SessionId>(granted.session));
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
  reply.body = set_up_body(user, services.session_times.idle_seconds(), request.proof.secret);
  co_return reply;
}

}  // namespace colo
