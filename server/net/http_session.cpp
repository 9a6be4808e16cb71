#include "net/http_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "domain/limits.hpp"
#include "net/fields.hpp"
#include "net/ws_session.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::string_view socket_path = "/ws";
constexpr std::size_t read_bytes = 4096;
constexpr char tls_handshake = 0x16;  // how its first record begins (RFC 8446 §5.1)

std::string_view path_of(const HttpRequest& request) {
  const std::string_view target = request.target();
  return target.substr(0, target.find('?'));
}

bool only_reads(const HttpRequest& request) {
  return request.method() == http::verb::get || request.method() == http::verb::head;
}

// RFC 9112 §9.3; Beast looks at the first Connection line only.
bool stays_open(const HttpRequest& request) {
  if (request.version() < 11) return lists_token(request, "Connection", "keep-alive");
  return !lists_token(request, "Connection", "close");
}

// `methods` as api_methods() gives them: "GET, HEAD".
bool is_listed(std::string_view method, std::string_view methods) {
  while (!methods.empty()) {
    const auto end = methods.find(", ");
    if (methods.substr(0, end) == method) return true;
    methods.remove_prefix(end == std::string_view::npos ? methods.size() : end + 2);
  }
  return false;
}

std::optional<errc> refusal_of(boost::system::error_code error) {
  if (error == http::error::header_limit) return errc::headers_too_large;
  if (error == http::error::body_limit) return errc::body_too_large;
  if (error.category() == make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message)
    return errc::bad_request;
  return std::nullopt;  // the connection is gone or too slow: nobody to answer
}

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, Services& services, Shard& shard,
                         Connections& connections, Door door, CallerPlace place)
    : stream_(std::move(socket)),
      services_(services),
      shard_(shard),
      connections_(connections),
      id_(shard.next_connection()),
      door_(std::move(door)),
      place_(std::move(place)),
      local_(stream_.local()),
      remote_(stream_.remote()) {}

asio::awaitable<void> HttpSession::run() {
  const auto self = shared_from_this();
  connections_.add(id_, [weak = weak_from_this()] {
    if (const auto session = weak.lock(); session && session->idle_) session->stream_.close();
  });
  try {
    bool open = true;
    if (door_.tls) open = co_await begin_tls();
    if (open) co_await serve();
  } catch (const std::exception& e) {
    log::error("a connection was given up: {}",
               e.what());  // our fault; stopping must not wait for it
  }
  connections_.remove(id_);
}

// False when there is nobody to serve.
asio::awaitable<bool> HttpSession::begin_tls() {
  idle_ = true;
  stream_.expires_after(limits::handshake_time);
  const auto [error, bytes] = co_await stream_.async_read_some(buffer_.prepare(read_bytes),
                                                               asio::as_tuple(asio::use_awaitable));
  if (error) co_return false;
  buffer_.commit(bytes);
  const char first = *static_cast<const char*>(buffer_.cdata().data());
  if (first != tls_handshake) co_return first >= 'A' && first <= 'Z';  // plain HTTP, by mistake
  const auto failure = co_await stream_.encrypt(*door_.tls, buffer_.cdata());
  buffer_.consume(buffer_.size());
  idle_ = false;
  co_return !failure;
}

asio::awaitable<void> HttpSession::serve() {
  while (co_await wait_for_request()) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(limits::header_bytes_max);
    parser.body_limit(limits::body_bytes_max);
    stream_.expires_after(limits::request_time);
    idle_ = true;
    const auto [error, bytes] =
        co_await http::async_read(stream_, buffer_, parser, asio::as_tuple(asio::use_awaitable));
    idle_ = false;
    if (error) {
      if (const auto code = refusal_of(error)) co_await refuse_and_close(*code);
      co_return;
    }
    if (!sent_elsewhere() && path_of(parser.get()) == socket_path && is_upgrade(parser.get())) {
      co_await become_websocket(parser.release());
      co_return;
    }
    const bool goes_on = co_await serve_one(parser.get());
    if (goes_on) continue;
    co_await stream_.say_goodbye();
    co_return;
  }
}

// False when the connection ended, or was idle for too long.
asio::awaitable<bool> HttpSession::wait_for_request() {
  if (connections_.stopping()) co_return false;
  if (buffer_.size() > 0) co_return true;  // pipelined
  idle_ = true;
  stream_.expires_after(limits::keep_alive_time);
  const auto [error, bytes] = co_await stream_.async_read_some(buffer_.prepare(read_bytes),
                                                               asio::as_tuple(asio::use_awaitable));
  idle_ = false;
  buffer_.commit(bytes);
  co_return !error;
}

asio::awaitable<bool> HttpSession::serve_one(const HttpRequest& request) {
  const auto to = response_to(request);
  auto response = co_await respond(request, to);
  co_return co_await write(std::move(response)) && to.keep_alive;
}

asio::awaitable<bool> HttpSession::write(HttpResponse response) {
  stream_.expires_after(limits::response_time);
  const auto [error, bytes] = co_await beast::async_write(stream_, std::move(response),
                                                          asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

asio::awaitable<void> HttpSession::refuse_and_close(errc code) {
  ResponseTo to;
  to.now = services_.clock.wall();
  to.secure = stream_.encrypted();
  auto response = refusal(to, code);
  co_await turn_away(std::move(response));
}

asio::awaitable<void> HttpSession::turn_away(HttpResponse response) {
  const bool written = co_await write(std::move(response));
  if (written) co_await stream_.say_goodbye();
}

asio::awaitable<void> HttpSession::become_websocket(HttpRequest request) {
  auto to = response_to(request);
  to.keep_alive = false;
  const auto upgrade = check_upgrade(request, to);
  if (!upgrade) {
    auto refused = refusal(to, upgrade.error());
    co_return co_await turn_away(std::move(refused));
  }
  if (only(request, "Sec-WebSocket-Version") != "13") {
    auto refused = version_response(to);
    co_return co_await turn_away(std::move(refused));
  }
  auto response = upgrade_response(*upgrade);
  const bool written = co_await write(std::move(response));
  if (!written) co_return;
  // From here on it is another's, and nothing of this one remains.
  connections_.remove(id_);
  auto token = find_cookie(request[http::field::cookie], to.site->cookie());
  auto came = beast::buffers_to_string(buffer_.cdata());
  auto socket =
      std::make_shared<PhoneSocket>(std::move(stream_), services_.traffic[shard_.index()],
                                    upgrade->encoding.value_or(Encoding::binary), std::move(came));
  const auto session = std::make_shared<WsSession>(std::move(socket), services_, connections_,
                                                   shard_.next_connection(), std::move(place_));
  start_task(shard_.executor(), session->run(token.value_or("")), "serving a phone");
}

result<Upgrade> HttpSession::check_upgrade(const HttpRequest& request, const ResponseTo& to) const {
  if (!to.site || !check_origin(*to.site, only(request, "Origin"))) return errc::origin_refused;
  return read_upgrade(request);
}

asio::awaitable<HttpResponse> HttpSession::respond(const HttpRequest& request, ResponseTo to) {
  const auto path = path_of(request);
  if (sent_elsewhere()) co_return redirect(request, to);
  if (const auto* asset = find_asset(services_.assets, path)) {
    if (!only_reads(request)) co_return method_response(to, "GET, HEAD");
    co_return asset_response(to, *asset, request);
  }
  if (path == socket_path)
    co_return refusal(to, Refusal(errc::bad_request, "This address is for WebSockets only."));
  const auto methods = api_methods(path);
  if (methods.empty()) co_return refusal(to, errc::not_found);
  if (!is_listed(request.method_string(), methods)) co_return method_response(to, methods);
  co_return co_await respond_api(request, std::move(to));
}

asio::awaitable<HttpResponse> HttpSession::respond_api(const HttpRequest& request, ResponseTo to) {
  const auto caller = caller_of(request);
  const auto site = services_.sites.identify(only(request, "Host"), local_, caller.secure);
  if (!site) co_return refusal(to, site.error());
  // Browsers leave Origin out of same-origin reads; where it is, it must be ours.
  if (!only_reads(request) || request.count(http::field::origin) > 0) {
    const auto ours = check_origin(*site, only(request, "Origin"));
    if (!ours) co_return refusal(to, ours.error());
  }

  ApiRequest call;
  // HEAD is a GET whose body is not sent.
  call.method = request.method() == http::verb::head ? "GET" : request.method_string();
  call.path = path_of(request);
  call.content_type = only(request, "Content-Type");
  call.body = request.body();
  call.idempotency_key = only(request, "Idempotency-Key");
  call.token = find_cookie(request[http::field::cookie], site->cookie());
  call.network = network_of(caller.address);
  call.user_agent = request[http::field::user_agent];
  call.site_origin = site->origin();
  // What runs now may wait for a hash or the disk; the reader's deadline is over.
  stream_.expires_never();
  const auto reply = co_await answer_api(services_, std::move(call));
  co_return api_response(to, reply, services_.sessions.token_seconds());
}

ResponseTo HttpSession::response_to(const HttpRequest& request) const {
  ResponseTo to;
  to.version = request.version();
  to.keep_alive = stays_open(request) && !connections_.stopping();
  to.head = request.method() == http::verb::head;
  to.now = services_.clock.wall();
  to.secure = caller_of(request).secure;
  const auto site = services_.sites.identify(only(request, "Host"), local_, to.secure);
  if (site) to.site = *site;
  if (site) to.secure = site->secure;
  return to;
}

Caller HttpSession::caller_of(const HttpRequest& request) const {
  const Caller peer{remote_, stream_.encrypted()};
  if (!services_.proxies.trusts(remote_)) return peer;
  return services_.proxies.caller(peer, whole_list(request, "X-Forwarded-For"),
                                  whole_list(request, "X-Forwarded-Proto"));
}

// To the same place under TLS, of the names that are ours only: an address from
// a forged Host is nobody's to be sent to.
HttpResponse HttpSession::redirect(const HttpRequest& request, const ResponseTo& to) const {
  if (!to.site) return refusal(to, errc::origin_refused);
  const auto origin = https_origin(*to.site, door_.port, door_.https_port);
  const std::string_view target = request.target();
  return redirect_response(to, origin + (target.starts_with('/') ? std::string(target) : "/"));
}

HttpResponse HttpSession::refusal(const ResponseTo& to, const Refusal& why) const {
  return api_response(to, refuse(why), services_.sessions.token_seconds());
}

}  // namespace colo
