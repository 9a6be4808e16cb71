#include "net/response.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/span_body.hpp>

#include "net/fields.hpp"
#include "net/refusal_page.hpp"

namespace colo {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

// For Safari before 15.4, 'self' does not include ws:, so the socket's origin is listed.
std::string content_security_policy(const std::optional<Site>& site) {
  std::string sockets;
  if (site) sockets = fmt::format(" {}://{}", site->secure ? "wss" : "ws", site->host);
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
      "font-src 'self'; connect-src 'self'{}; manifest-src 'self'; worker-src 'self'; "
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
      "require-trusted-types-for 'script'; trusted-types svelte-trusted-html colo",
      sockets);
}

// RFC 9110 §5.6.7, as in "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(WallTime time) {
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(time);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

void set_careful_headers(http::fields& fields, const ResponseTo& to) {
  fields.set(http::field::date, http_date(to.now));
  fields.set(http::field::server, "colo");
  fields.set("Content-Security-Policy", content_security_policy(to.site));
  fields.set("X-Content-Type-Options", "nosniff");
  fields.set("X-Frame-Options", "DENY");
  fields.set("Referrer-Policy", "no-referrer");
  fields.set("Cross-Origin-Resource-Policy", "same-origin");
  fields.set("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
  if (to.secure) {
    fields.set("Cross-Origin-Opener-Policy", "same-origin");
    fields.set("Strict-Transport-Security", "max-age=31536000");
  }
}

template <class Body>
http::response<Body> start(const ResponseTo& to, unsigned status) {
  http::response<Body> response{http::int_to_status(status), to.version};
  set_careful_headers(response, to);
  response.keep_alive(to.keep_alive);
  return response;
}

std::string cookie(const Site& site, const std::string& token, std::chrono::seconds age) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", site.cookie(), token,
                     age.count(), site.secure ? "; Secure" : "");
}

// A response to HEAD has the Content-Length of GET, and no body (RFC 9110 §9.3.2).
void fill_body(http::response<http::string_body>& response, const ResponseTo& to,
               const Reply& reply) {
  response.set(http::field::cache_control, "no-store");
  if (reply.status == 204) return;
  if (!reply.body.empty())
    response.set(http::field::content_type,
                 reply.status < 400 ? "application/json" : "application/problem+json");
  if (to.head) {
    response.content_length(reply.body.size());
  } else {
    response.body() = reply.body;
    response.prepare_payload();
  }
}

http::response<http::string_body> start_refusal(const ResponseTo& to, const Refusal& why) {
  auto reply = refuse(why);
  auto response = start<http::string_body>(to, reply.status);
  if (to.html) reply.body = refusal_page(reply.status, why.detail);
  fill_body(response, to, reply);
  if (to.html) {
    response.set(http::field::content_type, "text/html; charset=utf-8");
    response.set("Content-Security-Policy", refusal_page_policy());
  }
  return response;
}

}  // namespace

HttpResponse api_response(const ResponseTo& to, const Reply& reply,
                          std::chrono::seconds token_seconds) {
  auto response = start<http::string_body>(to, reply.status);
  if (reply.retry_after)
    response.set(http::field::retry_after, std::to_string(reply.retry_after->count()));
  if (to.site && !reply.next_token.empty())
    response.set(http::field::set_cookie, cookie(*to.site, reply.next_token, token_seconds));
  if (to.site && reply.signs_out)
    response.set(http::field::set_cookie, cookie(*to.site, "", std::chrono::seconds{0}));
  fill_body(response, to, reply);
  return response;
}

HttpResponse refusal_response(const ResponseTo& to, const Refusal& why) {
  return start_refusal(to, why);
}

HttpResponse method_response(const ResponseTo& to, std::string_view allow) {
  auto response = start_refusal(to, errc::method_not_allowed);
  response.set(http::field::allow, beast::string_view(allow.data(), allow.size()));
  return response;
}

HttpResponse continue_response() {
  return http::response<http::empty_body>{http::status::continue_, 11};
}

HttpResponse version_response(const ResponseTo& to) {
  auto response =
      start_refusal(to, Refusal(errc::bad_request, "Sec-WebSocket-Version must be 13."));
  response.set(http::field::sec_websocket_version, "13");
  return response;
}

HttpResponse redirect_response(const ResponseTo& to, const std::string& location) {
  auto response = start<http::empty_body>(to, 308);
  response.set(http::field::location, location);
  response.set(http::field::cache_control, "no-store");
  response.prepare_payload();
  return response;
}

HttpResponse asset_response(const ResponseTo& to, const Asset& asset, const HttpRequest& request) {
  const auto form = choose_form(asset, whole_list(request, "Accept-Encoding"));
  const bool known = etag_matches(whole_list(request, "If-None-Match"), asset.etag);
  const auto fill = [&](http::fields& fields) {
    fields.set(http::field::etag, beast::string_view(asset.etag.data(), asset.etag.size()));
    fields.set(http::field::vary, "Accept-Encoding");
    fields.set(http::field::cache_control,
               asset.hashed ? "public, max-age=31536000, immutable" : "no-cache");
    if (known) return;
    fields.set(http::field::content_type, beast::string_view(asset.type.data(), asset.type.size()));
    if (!form.coding.empty())
      fields.set(http::field::content_encoding,
                 beast::string_view(form.coding.data(), form.coding.size()));
  };
  if (known || to.head) {
    auto response = start<http::empty_body>(to, known ? 304 : 200);
    fill(response);
    if (!known) response.content_length(form.bytes.size());
    return response;
  }
  auto response = start<http::span_body<const char>>(to, 200);
  fill(response);
  response.body() = {form.bytes.data(), form.bytes.size()};
  response.prepare_payload();
  return response;
}

}  // namespace colo
