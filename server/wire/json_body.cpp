#include "wire/json_body.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "wire/errors.hpp"

namespace colo {
namespace {

namespace json = boost::json;

result<json::object> read_object(std::string_view body) {
  boost::system::error_code error;
  auto value = json::parse(body, error);
  if (error) return Refusal(errc::bad_request, "The body is not JSON.");
  auto* object = value.if_object();
  if (!object) return Refusal(errc::bad_request, "The body must be a JSON object.");
  return std::move(*object);
}

result<std::string> read_string(const json::object& object, std::string_view key,
                                const char* fallback = nullptr) {
  const auto* value = object.if_contains(key);
  if (!value && fallback) return std::string(fallback);
  if (!value) return Refusal(errc::bad_request, fmt::format("The field \"{}\" is missing.", key));
  const auto* text = value->if_string();
  if (!text)
    return Refusal(errc::bad_request, fmt::format("The field \"{}\" must be a string.", key));
  return std::string(*text);
}

// Nothing if the field is missing.
result<std::optional<std::int64_t>> read_whole_number(const json::object& object,
                                                      std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return std::optional<std::int64_t>{};
  boost::system::error_code not_whole;
  const auto number = value->to_number<std::int64_t>(not_whole);
  if (not_whole)
    return Refusal(errc::bad_request, fmt::format("The field \"{}\" must be a whole number.", key));
  return std::optional(number);
}

std::int64_t milliseconds(WallTime time) {
  return time.time_since_epoch().count();
}

json::object invite_object(const InviteLine& invite) {
  return {{"id", invite.id},
          {"note", invite.note},
          {"uses", invite.uses},
          {"uses_max", invite.uses_max},
          {"made_by", invite.made_by},
          {"made_at_ms", milliseconds(invite.made_at)},
          {"expires_at_ms", milliseconds(invite.expires_at)}};
}

}  // namespace

result<Credentials> read_credentials(std::string_view body) {
  const auto object = read_object(body);
  if (!object) return object.error();
  auto username = read_string(*object, "username");
  if (!username) return username.error();
  auto password = read_string(*object, "password");
  if (!password) return password.error();
  return Credentials{std::move(*username), std::move(*password)};
}

result<std::string> read_invite(std::string_view body) {
  const auto object = read_object(body);
  if (!object) return object.error();
  return read_string(*object, "invite", "");
}

result<PasswordChange> read_password_change(std::string_view body) {
  const auto object = read_object(body);
  if (!object) return object.error();
  auto password = read_string(*object, "password");
  if (!password) return password.error();
  auto new_password = read_string(*object, "new_password");
  if (!new_password) return new_password.error();
  return PasswordChange{std::move(*password), std::move(*new_password)};
}

result<AccountRemoval> read_account_removal(std::string_view body) {
  const auto object = read_object(body);
  if (!object) return object.error();
  auto password = read_string(*object, "password");
  if (!password) return password.error();
  const auto drawings = read_string(*object, "drawings");
  if (!drawings) return drawings.error();
  if (*drawings != "keep" && *drawings != "delete")
    return Refusal(errc::bad_request, "The field \"drawings\" must be \"keep\" or \"delete\".");
  return AccountRemoval{std::move(*password), *drawings == "delete"};
}

result<InviteFields> read_invite_fields(std::string_view body) {
  const auto object = read_object(body);
  if (!object) return object.error();
  auto note = read_string(*object, "note", "");
  if (!note) return note.error();
  const auto uses_max = read_whole_number(*object, "uses_max");
  if (!uses_max) return uses_max.error();
  const auto expires_in = read_whole_number(*object, "expires_in_seconds");
  if (!expires_in) return expires_in.error();
  return InviteFields{std::move(*note), uses_max->value_or(1), *expires_in};
}

std::string signed_in_body(const User& user, std::string_view session_secret) {
  return json::serialize(json::object{{"username", user.name}, {"session_secret", session_secret}});
}

std::string me_body(const User& user, std::chrono::seconds idle) {
  return json::serialize(
      json::object{{"username", user.name}, {"admin", user.admin}, {"idle_seconds", idle.count()}});
}

std::string set_up_body(const User& user, std::chrono::seconds idle,
                        std::string_view session_secret) {
  return json::serialize(json::object{{"username", user.name},
                                      {"admin", user.admin},
                                      {"idle_seconds", idle.count()},
                                      {"session_secret", session_secret}});
}

std::string ticket_body(std::string_view ticket) {
  return json::serialize(json::object{{"ticket", ticket}});
}

std::string rooms_body(std::span<const RoomView> rooms) {
  json::array list;
  for (const auto& room : rooms) {
    list.push_back(json::object{{"id", room.spec.id.value},
                                {"name", room.spec.name},
                                {"persistent", room.spec.persistent},
                                {"occupancy", room.occupancy},
                                {"capacity", room.spec.capacity},
                                {"description", room.spec.description}});
  }
  return json::serialize(json::object{{"rooms", std::move(list)}});
}

std::string registration_body(std::string_view registration, std::string_view invite) {
  return json::serialize(json::object{{"registration", registration}, {"invite", invite}});
}

std::string sessions_body(std::span<const SessionLine> sessions) {
  json::array list;
  for (const auto& session : sessions) {
    list.push_back(json::object{{"id", session.id},
                                {"device", session.device},
                                {"current", session.current},
                                {"signed_in_seconds", session.signed_in.count()},
                                {"idle_seconds", session.idle.count()},
                                {"pages", session.pages}});
  }
  return json::serialize(json::object{{"sessions", std::move(list)}});
}

std::string invites_body(std::span<const InviteLine> invites) {
  json::array list;
  for (const auto& invite : invites) list.push_back(invite_object(invite));
  return json::serialize(json::object{{"invites", std::move(list)}});
}

std::string new_invite_body(const InviteLine& invite, std::string_view link,
                            std::span<const std::string> qr) {
  auto object = invite_object(invite);
  object["link"] = link;
  object["qr"] = json::array(qr.begin(), qr.end());
  return json::serialize(object);
}

std::string health_body() {
  return json::serialize(json::object{{"status", "ok"}});
}

std::string readiness_body(std::span<const std::string> problems) {
  if (problems.empty()) return health_body();
  json::array sentences;
  for (const auto& problem : problems) sentences.emplace_back(problem);
  return json::serialize(json::object{{"status", "problems"}, {"problems", std::move(sentences)}});
}

std::string problem_body(const Refusal& refusal) {
  return json::serialize(json::object{{"type", "about:blank"},
                                      {"title", sentence(refusal.code)},
                                      {"status", http_status(refusal.code)},
                                      {"code", code_name(refusal.code)},
                                      {"detail", refusal.detail}});
}

}  // namespace colo
