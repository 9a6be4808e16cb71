#include "net/api.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <exception>

#include "runtime/log.hpp"
#include "wire/errors.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

using OpenCall = ApiReply (*)(Services&, const ApiRequest&);
using SignedInCall = ApiReply (*)(Services&, const Granted&, const ApiRequest&);

// Only calls by the person restart the idle timeout, not those that a page makes by itself.
enum class Asked { by_person, by_page };

enum class Hosts { ours, any };
enum class Right { anybody, administrator };

struct Route {
  std::string_view path;  // may end with {id}
  std::string_view method;
  OpenCall open = nullptr;
  SignedInCall signed_in = nullptr;  // spends a token
  Asked asked = Asked::by_page;
  Hosts hosts = Hosts::ours;
  Right right = Right::anybody;
};

constexpr Route open_route(std::string_view path, std::string_view method, OpenCall call,
                           Hosts hosts = Hosts::ours) {
  return {path, method, call, nullptr, Asked::by_page, hosts, Right::anybody};
}
constexpr Route route(std::string_view path, std::string_view method, SignedInCall call,
                      Asked asked, Right right = Right::anybody) {
  return {path, method, nullptr, call, asked, Hosts::ours, right};
}

constexpr std::array routes{
    open_route("/api/registration", "POST", ask_registration),
    open_route("/api/register", "POST", register_account),
    open_route("/api/login", "POST", login),
    route("/api/logout", "POST", logout, Asked::by_person),
    route("/api/me", "GET", me, Asked::by_page),
    route("/api/me", "DELETE", delete_me, Asked::by_person),
    route("/api/password", "POST", change_password, Asked::by_person),
    route("/api/sessions", "GET", list_sessions, Asked::by_page),
    route("/api/sessions", "DELETE", end_sessions, Asked::by_person),
    route("/api/sessions/{id}", "DELETE", end_session, Asked::by_person),
    route("/api/setup", "POST", set_up, Asked::by_person),
    route("/api/invites", "GET", list_invites, Asked::by_page, Right::administrator),
    route("/api/invites", "POST", make_invite, Asked::by_person, Right::administrator),
    route("/api/invites/{id}", "DELETE", revoke_invite, Asked::by_person, Right::administrator),
    route("/api/ticket", "POST", ticket, Asked::by_page),
    open_route("/api/rooms", "GET", list_rooms),
    open_route("/healthz", "GET", health, Hosts::any),
    open_route("/readyz", "GET", readiness, Hosts::any),
};

constexpr std::string_view word_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(word_characters) == std::string_view::npos;
}

bool matches(const Route& route, std::string_view path) {
  constexpr std::string_view id = "{id}";
  if (!route.path.ends_with(id)) return route.path == path;
  const auto before = route.path.substr(0, route.path.size() - id.size());
  return path.starts_with(before) && is_word(path.substr(before.size()));
}

const Route* find_route(std::string_view path, std::string_view method) {
  const auto found = std::ranges::find_if(
      routes, [&](const Route& route) { return route.method == method && matches(route, path); });
  return found == routes.end() ? nullptr : found;
}

bool is_usable_key(std::string_view key) {
  return key.size() >= 16 && is_word(key);
}

// Rights are looked up for each call: they may have changed since the person signed in.
ApiReply run_signed_in(Services& services, const Route& route, const Granted& granted,
                       const ApiRequest& request) {
  if (route.right == Right::administrator) {
    const auto user = co_await services.accounts.current(granted.user.id);
    if (!user) co_return refuse(user.error());
    if (!user->admin) co_return refuse(errc::not_admin);
  }
  co_return co_await route.signed_in(services, granted, request);
}

// Runs to its end even if the connection is lost: the client retries to get the reply.
asio::awaitable<Reply> answer_signed_in(Services& services, const Route& route,
                                        ApiRequest request) {
  if (!is_usable_key(request.idempotency_key)) co_return refuse(errc::idempotency_missing);
  const auto hash = hash_request(request.method, request.path, request.body);
  auto spending =
      services.sessions.call(&SessionTable::spend, request.proof, request.idempotency_key, hash);
  auto spent = co_await std::move(spending);
  if (!spent) co_return refuse(spent.error());
  if (auto* earlier = std::get_if<Reply>(&*spent)) co_return std::move(*earlier);

  const Granted granted = std::get<Granted>(*spent);
  if (route.asked == Asked::by_person)
    services.sessions.post(&SessionTable::touch, granted.session);
  Reply reply;
  try {
    reply = co_await run_signed_in(services, route, granted, request);
  } catch (const std::exception& e) {
    log::error("{} {}: {}", request.method, request.path, e.what());
    reply = refuse(errc::internal);
  }
  if (!reply.signs_out) reply.next_token = granted.next_token;
  co_await services.sessions.call(&SessionTable::answer, granted.session,
                                  std::move(request.idempotency_key), reply);
  co_return reply;
}

}  // namespace

std::string api_methods(std::string_view path) {
  std::string methods;
  for (const auto& route : routes) {
    if (!matches(route, path)) continue;
    methods += (methods.empty() ? "" : ", ") + std::string(route.method);
    // Only open calls have HEAD: with a token, the reply's body would be lost.
    if (route.open && route.method == "GET") methods += ", HEAD";
  }
  return methods;
}

bool takes_any_host(std::string_view path) {
  return std::ranges::any_of(routes, [&](const Route& route) {
    return route.hosts == Hosts::any && matches(route, path);
  });
}

std::string id_in_path(const ApiRequest& request) {
  return request.path.substr(request.path.rfind('/') + 1);
}

bool is_json(const ApiRequest& request) {
  const auto type = request.content_type.substr(0, request.content_type.find(';'));
  return boost::beast::iequals(type, "application/json");
}

Reply refuse(const Refusal& refusal) {
  Reply reply;
  reply.status = http_status(refusal.code);
  reply.body = problem_body(refusal);
  if (refusal.retry_after.count() > 0)
    reply.retry_after = std::chrono::ceil<std::chrono::seconds>(refusal.retry_after);
  return reply;
}

asio::awaitable<Reply> answer_api(Services& services, ApiRequest request) {
  const auto* route = find_route(request.path, request.method);
  if (!route) co_return refuse(errc::not_found);
  if (route->signed_in) co_return co_await answer_signed_in(services, *route, std::move(request));
  try {
    co_return co_await route->open(services, request);
  } catch (const std::exception& e) {
    log::error("{} {}: {}", request.method, request.path, e.what());
  }
  co_return refuse(errc::internal);
}

}  // namespace colo
