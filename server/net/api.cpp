#include "net/api.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include "runtime/log.hpp"
#include "wire/errors.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

using OpenCall = asio::awaitable<Reply> (*)(Services&, const ApiRequest&);
using SignedInCall = asio::awaitable<Reply> (*)(Services&, const Granted&);

struct Route {
  std::string_view path;
  std::string_view method;
  OpenCall open = nullptr;
  SignedInCall signed_in = nullptr;  // spends a token
};

constexpr std::array routes{
    Route{"/api/register", "POST", register_account, nullptr},
    Route{"/api/login", "POST", login, nullptr},
    Route{"/api/logout", "POST", nullptr, logout},
    Route{"/api/me", "GET", nullptr, me},
    Route{"/api/ticket", "POST", nullptr, ticket},
    Route{"/api/rooms", "GET", list_rooms, nullptr},
    Route{"/healthz", "GET", health, nullptr},
};

const Route* find_route(std::string_view path) {
  const auto found = std::ranges::find(routes, path, &Route::path);
  return found == routes.end() ? nullptr : found;
}

bool is_usable_key(std::string_view key) {
  return key.size() >= 16 && key.size() <= 64 &&
         key.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             std::string_view::npos;
}

asio::awaitable<result<std::variant<Granted, Reply>>> spend(Services& services, std::string token,
                                                            std::string rid, RequestHash hash) {
  auto spending = services.sessions.spend(std::move(token), std::move(rid), hash);
  co_return co_await on(services.shards.first(), std::move(spending));
}

asio::awaitable<void> keep_reply(Services& services, SessionId session, std::string rid,
                                 Reply reply) {
  services.sessions.answer(session, rid, std::move(reply));
  co_return;
}

// Runs to its end whether or not the phone is still there: the reply is kept
// for it to come back for.
asio::awaitable<Reply> answer_signed_in(Services& services, SignedInCall call, ApiRequest request) {
  if (!is_usable_key(request.idempotency_key)) co_return refuse(errc::idempotency_missing);
  if (!request.token) co_return refuse(errc::signed_out);
  const auto hash = hash_request(request.method, request.path, request.body);
  auto spent = co_await spend(services, *request.token, request.idempotency_key, hash);
  if (!spent) co_return refuse(spent.error());
  if (auto* before = std::get_if<Reply>(&*spent)) co_return *before;

  const Granted granted = std::get<Granted>(*spent);
  Reply reply;
  try {
    reply = co_await call(services, granted);
  } catch (const std::exception& e) {
    log::error("{} {}: {}", request.method, request.path, e.what());
    reply = refuse(errc::internal);
  }
  if (!reply.signs_out) reply.next_token = granted.next_token;
  auto keeping = keep_reply(services, granted.session, request.idempotency_key, reply);
  co_await on(services.shards.first(), std::move(keeping));
  co_return reply;
}

}  // namespace

std::string_view api_methods(std::string_view path) {
  const auto* route = find_route(path);
  if (!route) return "";
  // HEAD would spend a token and throw its successor's body away: only open calls have it.
  return route->method == "GET" && route->open ? "GET, HEAD" : route->method;
}

Reply refuse(const Refusal& refusal) {
  Reply reply;
  reply.status = http_status(refusal.code);
  reply.body = problem_body(refusal);
  if (reply.status == 429 || reply.status == 503)
    reply.retry_after = std::max(std::chrono::ceil<std::chrono::seconds>(refusal.retry_after),
                                 std::chrono::seconds{1});
  return reply;
}

asio::awaitable<Reply> answer_api(Services& services, ApiRequest request) {
  const auto* route = find_route(request.path);
  if (!route) co_return refuse(errc::not_found);
  if (route->signed_in)
    co_return co_await answer_signed_in(services, route->signed_in, std::move(request));
  try {
    co_return co_await route->open(services, request);
  } catch (const std::exception& e) {
    log::error("{} {}: {}", request.method, request.path, e.what());
  }
  co_return refuse(errc::internal);
}

}  // namespace colo
