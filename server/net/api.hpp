// The HTTP API: one request in, one Reply out.
//
// Independent of sockets. Each call is a free coroutine in one of the *_api.cpp; api.cpp has the
// table of paths, methods and rights, and spends the token before a call runs.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "auth/session_table.hpp"
#include "net/services.hpp"

namespace colo {

struct ApiRequest {
  std::string method;
  std::string path;
  std::string content_type;
  std::string body;
  std::string idempotency_key;
  SessionProof proof;
  std::string network;      // the client's, see network_of()
  std::string user_agent;   // not checked; may be empty
  std::string site_origin;  // this server as the client addresses it: "https://draw.example.org"
};

/// The methods of a path, as in an Allow header; empty: no such path.
std::string api_methods(std::string_view path);

/// Whether the call accepts any Host header: health checks of load balancers send an address, or
/// none (HTTP/1.0).
bool takes_any_host(std::string_view path);

/// Answers a request whose path and method api_methods() allows, and whose Host and Origin were
/// checked. Spends the token where the call needs one.
boost::asio::awaitable<Reply> answer_api(Services& services, ApiRequest request);

Reply refuse(const Refusal& refusal);

/// The part of the path at {id} of its route.
std::string id_in_path(const ApiRequest& request);

bool is_json(const ApiRequest& request);

/// The JSON body, parsed by `read`. Errors: not_json; those of `read`.
template <class Read>
auto body_of(const ApiRequest& request, Read read) -> decltype(read(request.body)) {
  if (!is_json(request)) return errc::not_json;
  return read(request.body);
}

using ApiReply = boost::asio::awaitable<Reply>;

// account_api.cpp: open calls
ApiReply ask_registration(Services& services, const ApiRequest& request);
ApiReply register_account(Services& services, const ApiRequest& request);
ApiReply login(Services& services, const ApiRequest& request);
// account_api.cpp: signed-in calls
ApiReply me(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply delete_me(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply change_password(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply set_up(Services& services, const Granted& granted, const ApiRequest& request);
// session_api.cpp
ApiReply logout(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply ticket(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply list_sessions(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply end_sessions(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply end_session(Services& services, const Granted& granted, const ApiRequest& request);
// invite_api.cpp
ApiReply list_invites(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply make_invite(Services& services, const Granted& granted, const ApiRequest& request);
ApiReply revoke_invite(Services& services, const Granted& granted, const ApiRequest& request);
// room_api.cpp
ApiReply list_rooms(Services& services, const ApiRequest& request);
ApiReply health(Services& services, const ApiRequest& request);
ApiReply readiness(Services& services, const ApiRequest& request);

}  // namespace colo
