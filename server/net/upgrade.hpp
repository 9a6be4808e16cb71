// How an HTTP connection becomes a WebSocket (RFC 6455 §4.2).
//
// Pure functions. Host and Origin are not looked at here.
#pragma once

#include <optional>
#include <string>

#include "net/response.hpp"
#include "wire/frames.hpp"

namespace colo {

/// What a phone's upgrade asks for.
struct Upgrade {
  std::string accept;                // the answer to its key
  std::optional<Encoding> encoding;  // of ours, the first that it offers; none: colo.v1 it is
};

/// Whether it is a GET that asks to become a WebSocket.
bool is_upgrade(const HttpRequest& request);

/// Of one for which is_upgrade(). Errors: bad_request.
result<Upgrade> read_upgrade(const HttpRequest& request);

/// 101.
HttpResponse upgrade_response(const Upgrade& upgrade);

}  // namespace colo
