// Calls about invites. api.cpp checks that they come from an administrator.
#include "domain/limits.hpp"
#include "net/api.hpp"
#include "net/qr.hpp"
#include "runtime/log.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace {

InviteLine line_of(const Invite& invite) {
  return {std::to_string(invite.id.value),
          invite.note,
          invite.uses,
          invite.uses_max,
          invite.made_by,
          invite.made_at,
          invite.expires_at};
}

}  // namespace

ApiReply list_invites(Services& services, const Granted&, const ApiRequest&) {
  const auto invites = co_await services.invites.list();
  if (!invites) co_return refuse(invites.error());
  std::vector<InviteLine> lines;
  for (const auto& invite : *invites) lines.push_back(line_of(invite));
  Reply reply;
  reply.body = invites_body(lines);
  co_return reply;
}

ApiReply make_invite(Services& services, const Granted& granted, const ApiRequest& request) {
  const auto fields = body_of(request, read_invite_fields);
  if (!fields) co_return refuse(fields.error());
  const InviteOptions options{fields->note, fields->uses_max,
                              fields->expires_in_seconds
                                  ? std::chrono::seconds{*fields->expires_in_seconds}
                                  : limits::invite_time_usual};
  const auto created = co_await services.invites.create(granted.user, options);
  if (!created) co_return refuse(created.error());
  log::info("security: {} made invite {} for {} uses from {}", granted.user.name,
            created->invite.id.value, created->invite.uses_max, request.network);
  const auto link = request.site_origin + "/#/invite/" + created->code;
  const auto qr = qr_rows(link);
  Reply reply;
  reply.status = 201;
  reply.body =
      new_invite_body(line_of(created->invite), link, qr ? *qr : std::vector<std::string>{});
  co_return reply;
}

ApiReply revoke_invite(Services& services, const Granted& granted, const ApiRequest& request) {
  const auto id = id_in_path(request);
  const auto revoked = co_await services.invites.revoke(id);
  if (!revoked) co_return refuse(revoked.error());
  log::info("security: {} revoked invite {} from {}", granted.user.name, id, request.network);
  Reply reply;
  reply.status = 204;
  co_return reply;
}

}  // namespace colo
