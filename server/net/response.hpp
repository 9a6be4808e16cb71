// Replies as HTTP responses, with the headers a careful server sends.
#pragma once

#include <boost/beast/http/message_generator.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "domain/message.hpp"
#include "net/api.hpp"
#include "net/assets.hpp"
#include "net/site.hpp"

namespace colo {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
using HttpResponse = boost::beast::http::message_generator;

/// What every response needs to know of its request.
struct ResponseTo {
  unsigned version = 11;
  bool keep_alive = false;
  bool head = false;
  std::optional<Site> site;  // none when the Host is not known
  bool secure = false;       // came through TLS, also where the site is not known
  bool html = false;         // a browser opens the address: a refusal is a page
  WallTime now{};
};

/// The JSON reply of the API, with the token's cookie.
HttpResponse api_response(const ResponseTo& to, const Reply& reply,
                          std::chrono::seconds token_seconds);

/// A refusal of a request before any call was made: problem+json, or a small page where a
/// browser asks for one.
HttpResponse refusal_response(const ResponseTo& to, const Refusal& why);

/// 405 with Allow.
HttpResponse method_response(const ResponseTo& to, std::string_view allow);

/// 100: the body may be sent. Has no headers.
HttpResponse continue_response();

/// 400, for a WebSocket of another version than 13, which it names (RFC 6455 §4.4).
HttpResponse version_response(const ResponseTo& to);

/// 308: the same request is to be made again, at `location`.
HttpResponse redirect_response(const ResponseTo& to, const std::string& location);

/// A file of the client, or 304 where the browser has it.
HttpResponse asset_response(const ResponseTo& to, const Asset& asset, const HttpRequest& request);

}  // namespace colo
