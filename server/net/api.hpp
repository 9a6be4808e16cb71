// The HTTP API: one request in, one Reply out.
//
// Knows nothing of sockets. Each call is a free coroutine in account_api.cpp or
// room_api.cpp; this is where their paths, methods and tokens are laid down.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "auth/sessions.hpp"
#include "net/services.hpp"

namespace colo {

struct ApiRequest {
  std::string method;
  std::string path;
  std::string content_type;
  std::string body;
  std::string idempotency_key;
  std::optional<std::string> token;
  std::string network;      // the caller's, as network_of() gives it
  std::string user_agent;   // as the browser calls itself; anything, or nothing
  std::string site_origin;  // "https://draw.example.org", as this caller knows the server
};

/// The methods a path takes, as an Allow header lists them; empty: no such path.
std::string_view api_methods(std::string_view path);

/// Answers a request whose path and method api_methods() allows and whose Host
/// and Origin were checked. Spends the token where the call needs one.
boost::asio::awaitable<Reply> answer_api(Services& services, ApiRequest request);

/// A refusal as a Reply.
Reply refuse(const Refusal& refusal);

// account_api.cpp: open calls
boost::asio::awaitable<Reply> register_account(Services& services, const ApiRequest& request);
boost::asio::awaitable<Reply> login(Services& services, const ApiRequest& request);
// account_api.cpp: calls of somebody who is signed in
boost::asio::awaitable<Reply> logout(Services& services, const Granted& granted);
boost::asio::awaitable<Reply> me(Services& services, const Granted& granted);
boost::asio::awaitable<Reply> ticket(Services& services, const Granted& granted);
// room_api.cpp
boost::asio::awaitable<Reply> list_rooms(Services& services, const ApiRequest& request);
boost::asio::awaitable<Reply> health(Services& services, const ApiRequest& request);

}  // namespace colo
