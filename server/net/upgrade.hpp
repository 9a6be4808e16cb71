// How an HTTP connection becomes a WebSocket (RFC 6455 §4.2).
//
// Pure functions. They do not check Host and Origin.
#pragma once

#include <optional>
#include <string>

#include "net/response.hpp"
#include "wire/frames.hpp"

namespace colo {

/// What the upgrade request asks for.
struct Upgrade {
  std::string accept;                // Sec-WebSocket-Accept
  std::optional<Encoding> encoding;  // the first of ours that it offers; none: colo.v1
};

/// Whether the request is a GET that asks for a WebSocket.
bool is_upgrade(const HttpRequest& request);

/// For a request that is_upgrade(). Errors: bad_request.
result<Upgrade> read_upgrade(const HttpRequest& request);

/// 101 Switching Protocols.
HttpResponse upgrade_response(const Upgrade& upgrade);

}  // namespace colo
