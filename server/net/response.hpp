// Builds HTTP responses with their security headers (docs/headers.md lists them).
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

/// What a response depends on in its request.
struct ResponseTo {
  unsigned version = 11;
  bool keep_alive = false;
  bool head = false;
  std::optional<Site> site;  // none when the Host is unknown
  bool secure = false;       // came through TLS; known without a site too
  bool html = false;         // a browser opens the address, so a refusal is a page
  WallTime now{};
};

/// A JSON reply of the API, with the cookie of the next token.
HttpResponse api_response(const ResponseTo& to, const Reply& reply,
                          std::chrono::seconds token_seconds);

/// Refuses a request before any call is made: problem+json, or a small page where a browser asks
/// for one.
HttpResponse refusal_response(const ResponseTo& to, const Refusal& why);

/// 405 with Allow.
HttpResponse method_response(const ResponseTo& to, std::string_view allow);

/// 100, without headers: the client may send the body.
HttpResponse continue_response();

/// 400 with the version that is supported: the WebSocket version was not 13 (RFC 6455 §4.4).
HttpResponse version_response(const ResponseTo& to);

/// 308: the client repeats the same request at `location`.
HttpResponse redirect_response(const ResponseTo& to, const std::string& location);

/// A file of the web client, or 304 when the browser has it.
HttpResponse asset_response(const ResponseTo& to, const Asset& asset, const HttpRequest& request);

}  // namespace colo
