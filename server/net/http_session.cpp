#include "net/http_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "domain/limits.hpp"
#include "net/ws_session.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::string_view socket_path = "/ws";

std::string_view path_of(const HttpRequest& request) {
  const std::string_view target = request.target();
  return target.substr(0, target.find('?'));
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
                         Connections& connections)
    : stream_(std::move(socket)),
      services_(services),
      shard_(shard),
      connections_(connections),
      id_(shard.next_connection()) {
  boost::system::error_code gone;  // then reading will say so
  local_ = stream_.socket().local_endpoint(gone).address();
  remote_ = stream_.socket().remote_endpoint(gone).address();
}

asio::awaitable<void> HttpSession::run() {
  const auto self = shared_from_this();
  connections_.add(id_, [weak = weak_from_this()] {
    if (const auto session = weak.lock(); session && session->idle_) session->stream_.close();
  });
  try {
    co_await serve();
  } catch (const std::exception& e) {
    log::error("a connection was given up: {}",
               e.what());  // our fault; stopping must not wait for it
  }
  connections_.remove(id_);
}

asio::awaitable<void> HttpSession::serve() {
  while (co_await wait_for_request()) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(limits::header_bytes_max);
    parser.body_limit(limits::body_bytes_max);
    stream_.expires_after(limits::request_time);
    const auto [error, bytes] =
        co_await http::async_read(stream_, buffer_, parser, asio::as_tuple(asio::use_awaitable));
    if (error) {
      if (const auto code = refusal_of(error)) co_await refuse_and_close(*code);
      co_return;
    }
    if (path_of(parser.get()) == socket_path && beast::websocket::is_upgrade(parser.get())) {
      co_await become_websocket(parser.release());
      co_return;
    }
    if (!co_await serve_one(parser.get())) co_return;
  }
}

// False when the connection ended, or was idle for too long.
asio::awaitable<bool> HttpSession::wait_for_request() {
  if (connections_.stopping()) co_return false;
  if (buffer_.size() > 0) co_return true;  // pipelined
  idle_ = true;
  stream_.expires_after(limits::keep_alive_time);
  const auto [error, bytes] =
      co_await stream_.async_read_some(buffer_.prepare(4096), asio::as_tuple(asio::use_awaitable));
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

// The rest of what was refused is read and thrown away for a moment: closing
// with it unread would reset the connection and could take the answer along.
asio::awaitable<void> HttpSession::refuse_and_close(errc code) {
  auto response = refusal(ResponseTo{}, code);
  if (!co_await write(std::move(response))) co_return;
  boost::system::error_code ignored;  // it is being closed either way
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(limits::close_time);
  for (std::size_t thrown_away = 0; thrown_away < limits::frame_read_max;) {
    buffer_.consume(buffer_.size());
    const auto [error, bytes] = co_await stream_.async_read_some(
        buffer_.prepare(4096), asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    thrown_away += bytes;
  }
}

asio::awaitable<void> HttpSession::become_websocket(HttpRequest request) {
  auto to = response_to(request);
  to.keep_alive = false;
  if (!to.site || !check_origin(*to.site, request[http::field::origin])) {
    auto response = refusal(to, errc::origin_refused);
    co_await write(std::move(response));
    co_return;
  }
  connections_.remove(id_);  // the socket takes its place
  buffer_ = {};              // and reads into one of its own
  const auto session = std::make_shared<WsSession>(std::move(stream_), services_, shard_,
                                                   connections_, shard_.next_connection());
  auto token = find_cookie(request[http::field::cookie], to.site->cookie());
  co_await session->run(std::move(request), token.value_or(""));
}

asio::awaitable<HttpResponse> HttpSession::respond(const HttpRequest& request, ResponseTo to) {
  const auto path = path_of(request);
  const auto method = request.method();
  const bool reads = method == http::verb::get || method == http::verb::head;
  if (const auto* asset = find_asset(services_.assets, path)) {
    if (!reads) co_return method_response(to, "GET, HEAD");
    co_return asset_response(to, *asset, request);
  }
  if (path == socket_path)
    co_return refusal(to, Refusal(errc::bad_request, "This address is for WebSockets only."));
  const auto methods = api_methods(path);
  if (methods.empty()) co_return refusal(to, errc::not_found);
  const bool allowed = request.method_string() == methods || (reads && methods == "GET, HEAD");
  if (!allowed) co_return method_response(to, methods);
  co_return co_await respond_api(request, std::move(to));
}

asio::awaitable<HttpResponse> HttpSession::respond_api(const HttpRequest& request, ResponseTo to) {
  const auto site = services_.sites.identify(request[http::field::host], local_);
  if (!site) co_return refusal(to, site.error());
  // Browsers leave Origin out of same-origin reads; where it is, it must be ours.
  const std::string_view origin = request[http::field::origin];
  if (request.method() == http::verb::post || !origin.empty())
    if (const auto ours = check_origin(*site, origin); !ours) co_return refusal(to, ours.error());

  ApiRequest call;
  call.method = request.method() == http::verb::post ? "POST" : "GET";
  call.path = path_of(request);
  call.content_type = request[http::field::content_type];
  call.body = request.body();
  call.idempotency_key = request["Idempotency-Key"];
  call.token = find_cookie(request[http::field::cookie], site->cookie());
  call.network = network_of(remote_);
  // What runs now may wait for a hash or the disk; the reader's deadline is over.
  stream_.expires_never();
  const auto reply = co_await answer_api(services_, std::move(call));
  co_return api_response(to, reply, services_.sessions.token_seconds());
}

ResponseTo HttpSession::response_to(const HttpRequest& request) const {
  ResponseTo to;
  to.version = request.version();
  to.keep_alive = request.keep_alive() && !connections_.stopping();
  to.head = request.method() == http::verb::head;
  const auto site = services_.sites.identify(request[http::field::host], local_);
  if (site) to.site = *site;
  return to;
}

HttpResponse HttpSession::refusal(const ResponseTo& to, const Refusal& why) const {
  return api_response(to, refuse(why), services_.sessions.token_seconds());
}

}  // namespace colo
