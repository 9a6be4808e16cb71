#include "wire/json_body.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "wire/errors.hpp"

namespace colo {
namespace {

namespace json = boost::json;

result<std::string> read_string(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return Refusal(errc::bad_request, fmt::format("The field \"{}\" is missing.", key));
  const auto* text = value->if_string();
  if (!text)
    return Refusal(errc::bad_request, fmt::format("The field \"{}\" must be a string.", key));
  return std::string(*text);
}

}  // namespace

result<Credentials> read_credentials(std::string_view body) {
  boost::system::error_code error;
  const auto value = json::parse(body, error);
  if (error) return Refusal(errc::bad_request, "The body is not JSON.");
  const auto* object = value.if_object();
  if (!object) return Refusal(errc::bad_request, "The body must be a JSON object.");
  auto username = read_string(*object, "username");
  if (!username) return username.error();
  auto password = read_string(*object, "password");
  if (!password) return password.error();
  return Credentials{std::move(*username), std::move(*password)};
}

std::string username_body(const User& user) {
  return json::serialize(json::object{{"username", user.name}});
}

std::string me_body(const User& user, std::chrono::seconds idle) {
  return json::serialize(
      json::object{{"username", user.name}, {"admin", user.admin}, {"idle_seconds", idle.count()}});
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

std::string health_body() {
  return json::serialize(json::object{{"status", "ok"}});
}

std::string problem_body(const Refusal& refusal) {
  return json::serialize(json::object{{"type", "about:blank"},
                                      {"title", sentence(refusal.code)},
                                      {"status", http_status(refusal.code)},
                                      {"code", code_name(refusal.code)},
                                      {"detail", refusal.detail}});
}

}  // namespace colo
