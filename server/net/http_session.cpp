#include "net/http_session.hpp"

#include <boost/asio/as_tuple.hpp>
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
constexpr char tls_handshake = 0x16;  // first byte of a TLS connection (RFC 8446 §5.1)

std::string_view path_of(const HttpRequest& request) {
  const std::string_view target = request.target();
  return target.substr(0, target.find('?'));
}

bool only_reads(const HttpRequest& request) {
  return request.method() == http::verb::get || request.method() == http::verb::head;
}

// The tokens in all cookies of the site's name. There may be several Cookie lines: proxies that
// speak HTTP/2 split them (RFC 9113 §8.2.3).
std::vector<std::string> tokens_of(const HttpRequest& request, const Site& site) {
  std::vector<std::string> tokens;
  const auto [begin, end] = request.equal_range(http::field::cookie);
  for (auto line = begin; line != end; ++line)
    for (auto& token : find_cookies(line->value(), site.cookie()))
      if (token.size() <= limits::token_bytes_max) tokens.push_back(std::move(token));
  if (tokens.size() > limits::cookies_tried_max)
    tokens.erase(tokens.begin(), tokens.end() - limits::cookies_tried_max);
  return tokens;
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

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, Services& services, Shard& shard,
                         ListenerSettings settings, ConnectionSlot slot)
    : stream_(std::move(socket)),
      services_(services),
      shard_(shard),
      connections_(services.connections[shard].here()),
      id_(shard.next_connection()),
      settings_(std::move(settings)),
      slot_(std::move(slot)),
      local_(stream_.local()),
      remote_(stream_.remote()) {}

asio::awaitable<void> HttpSession::run() {
  const auto self = shared_from_this();
  connections_.add(id_, [weak = weak_from_this()] {
    if (const auto session = weak.lock(); session && session->idle_) session->stream_.close();
  });
  try {
    bool open = true;
    if (settings_.tls) open = co_await begin_tls();
    if (open) co_await serve();
  } catch (const std::exception& e) {
    // Our fault. Stopping must not wait for this connection.
    log::error("a connection was closed because serving it failed: {}", e.what());
  }
  connections_.remove(id_);
}

// False when the client disconnected or the handshake failed.
asio::awaitable<bool> HttpSession::begin_tls() {
  if (connections_.stopping()) co_return false;
  become_idle();
  stream_.expires_after(limits::handshake_time);
  const auto first = co_await stream_.peek();
  if (!first) co_return false;
  if (*first >= 'A' && *first <= 'Z') co_return true;  // plain HTTP
  if (*first != tls_handshake) {
    co_await reader_.fill();  // a close with unread bytes would reset the connection
    co_return false;
  }
  const auto failure = co_await stream_.encrypt(*settings_.tls);
  if (failure)
    log::debug("a TLS handshake with {} failed: {}", remote_.to_string(), failure.message());
  co_return !failure;
}

asio::awaitable<void> HttpSession::serve() {
  while (co_await wait_for_request()) {
    const auto whole = co_await read_request();
    idle_ = false;
    idle_entry_.reset();
    if (!whole) co_await refuse_and_close(whole.error());
    if (!whole || !*whole) co_return;
    if (!is_redirected() && path_of(reader_.request()) == socket_path &&
        is_upgrade(reader_.request())) {
      co_await become_websocket(reader_.take_request());
      co_return;
    }
    const bool goes_on = co_await serve_one(reader_.request());
    if (goes_on) continue;
    co_await close_gracefully();
    co_return;
  }
}

// False when the connection closed, or was idle for too long.
asio::awaitable<bool> HttpSession::wait_for_request() {
  if (connections_.stopping()) co_return false;
  reader_.begin();
  become_idle();
  if (!reader_.arrived().empty()) co_return true;  // pipelined
  stream_.expires_after(limits::keep_alive_time);
  const auto gone = co_await reader_.fill();
  co_return !gone;
}

// False when the connection closed, or when the header was enough for an answer.
asio::awaitable<result<bool>> HttpSession::read_request() {
  stream_.expires_after(limits::request_time);
  auto head = co_await reader_.read_head();
  if (!head || !*head) co_return head;
  if (reader_.awaits_continue()) {
    auto to = response_to(reader_.request());
    to.keep_alive = false;  // the client may send the body all the same
    if (auto refused = refuse_by_head(reader_.request(), to)) {
      co_await write_and_close(std::move(*refused));
      co_return false;
    }
    auto go_on = continue_response();
    const auto [error, bytes] =
        co_await beast::async_write(stream_, std::move(go_on), asio::as_tuple(asio::use_awaitable));
    if (error) co_return false;
  }
  co_return co_await reader_.read_body();
}

// Until a complete request has arrived. An idle connection is closed immediately when the server
// stops.
void HttpSession::become_idle() {
  idle_ = true;
  allow_eviction();
}

// From now on the connection may be closed for a new one of its network.
void HttpSession::allow_eviction() {
  if (!slot_ || idle_entry_) return;
  idle_entry_.emplace(
      connections_.idle().add(*slot_, {services_.clock.now(), id_}, [weak = weak_from_this()] {
        if (const auto session = weak.lock()) session->stream_.close();
      }));
}

asio::awaitable<void> HttpSession::close_gracefully() {
  allow_eviction();
  co_await stream_.close_gracefully();
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

asio::awaitable<void> HttpSession::refuse_and_close(Refusal why) {
  ResponseTo to;
  to.now = services_.clock.wall();
  to.secure = stream_.encrypted();
  to.html = reader_.accepts_html();
  auto response = refusal_response(to, why);
  co_await write_and_close(std::move(response));
}

asio::awaitable<void> HttpSession::write_and_close(HttpResponse response) {
  const bool written = co_await write(std::move(response));
  if (written) co_await close_gracefully();
}

asio::awaitable<void> HttpSession::become_websocket(HttpRequest request) {
  auto to = response_to(request);
  to.keep_alive = false;
  const auto upgrade = check_upgrade(request, to);
  if (!upgrade) {
    auto refused = refusal_response(to, upgrade.error());
    co_return co_await write_and_close(std::move(refused));
  }
  if (only(request, "Sec-WebSocket-Version") != "13") {
    auto refused = version_response(to);
    co_return co_await write_and_close(std::move(refused));
  }
  auto response = upgrade_response(*upgrade);
  const bool written = co_await write(std::move(response));
  if (!written) co_return;
  // The WebSocket takes over everything that this session holds.
  auto tokens = tokens_of(request, *to.site);
  std::string came(reader_.arrived());
  auto connection =
      std::make_shared<WsConnection>(std::move(stream_), services_.io[shard_].here(),
                                     upgrade->encoding.value_or(Encoding::binary), std::move(came));
  const auto session = std::make_shared<WsSession>(std::move(connection), services_, connections_,
                                                   shard_.next_connection(), std::move(slot_));
  session->start(shard_, std::move(tokens));
}

result<Upgrade> HttpSession::check_upgrade(const HttpRequest& request, const ResponseTo& to) const {
  if (!to.site || !check_origin(*to.site, only(request, "Origin"))) return errc::origin_refused;
  return read_upgrade(request);
}

asio::awaitable<HttpResponse> HttpSession::respond(const HttpRequest& request, ResponseTo to) {
  if (auto refused = refuse_by_head(request, to)) co_return std::move(*refused);
  if (const auto* asset = find_asset(services_.assets, path_of(request)))
    co_return asset_response(to, *asset, request);
  co_return co_await respond_api(request, std::move(to));
}

// The response, where the header shows that the request is not served.
std::optional<HttpResponse> HttpSession::refuse_by_head(const HttpRequest& request,
                                                        const ResponseTo& to) const {
  const auto path = path_of(request);
  const bool any_host = takes_any_host(path);
  if (is_redirected() && (to.site || !any_host)) return redirect(request, to);
  if (request.method() == http::verb::unknown) return refusal_response(to, errc::not_implemented);
  if (path == "*")
    return method_response(to, "GET, HEAD, POST, DELETE");  // all methods of the server
  if (find_asset(services_.assets, path)) {
    if (only_reads(request)) return std::nullopt;
    return method_response(to, "GET, HEAD");
  }
  if (path == socket_path)
    return refusal_response(to, Refusal(errc::bad_request, "This address is for WebSockets only."));
  const auto methods = api_methods(path);
  if (methods.empty()) return refusal_response(to, errc::not_found);
  if (!is_listed(request.method_string(), methods)) return method_response(to, methods);
  if (any_host && request.count(http::field::origin) == 0) return std::nullopt;
  if (const auto ours = check_site(request, to); !ours) return refusal_response(to, ours.error());
  return std::nullopt;
}

result<void> HttpSession::check_site(const HttpRequest& request, const ResponseTo& to) const {
  if (!to.site) {
    const auto unknown = services_.sites.identify(only(request, "Host"), local_, to.secure);
    return unknown ? Refusal(errc::origin_refused) : unknown.error();
  }
  // Browsers send no Origin with same-origin reads. If there is one, it must be ours.
  if (only_reads(request) && request.count(http::field::origin) == 0) return {};
  return check_origin(*to.site, only(request, "Origin"));
}

asio::awaitable<HttpResponse> HttpSession::respond_api(const HttpRequest& request, ResponseTo to) {
  ApiRequest call;
  // HEAD is a GET whose response has no body.
  call.method = request.method() == http::verb::head ? "GET" : request.method_string();
  call.path = path_of(request);
  call.content_type = only(request, "Content-Type");
  call.body = request.body();
  call.idempotency_key = only(request, "Idempotency-Key");
  if (to.site)
    call.proof = {tokens_of(request, *to.site), std::string(only(request, "Colo-Session"))};
  call.network = network_of(client_of(request).address);
  call.user_agent = request[http::field::user_agent];
  if (to.site) call.site_origin = to.site->origin();
  // The call may wait for a password hash or the disk: the deadline for reading has passed.
  stream_.expires_never();
  const auto reply = co_await answer_api(services_, std::move(call));
  co_return api_response(to, reply, services_.session_times.token_seconds());
}

ResponseTo HttpSession::response_to(const HttpRequest& request) const {
  ResponseTo to;
  to.version = request.version();
  to.keep_alive = reader_.keep_alive() && !connections_.stopping();
  to.head = request.method() == http::verb::head;
  to.html = only_reads(request) && reader_.accepts_html();
  to.now = services_.clock.wall();
  to.secure = client_of(request).secure;
  const auto site = services_.sites.identify(only(request, "Host"), local_, to.secure);
  if (site) to.site = *site;
  if (site) to.secure = site->secure;
  return to;
}

ClientAddress HttpSession::client_of(const HttpRequest& request) const {
  const ClientAddress peer{remote_, stream_.encrypted()};
  if (!services_.proxies.trusts(remote_)) return peer;
  return services_.proxies.client_address(peer, whole_list(request, "X-Forwarded-For"),
                                          whole_list(request, "X-Forwarded-Proto"));
}

// Redirects to the same path under TLS, and only to names of ours: a forged Host must not
// choose where a browser goes.
HttpResponse HttpSession::redirect(const HttpRequest& request, const ResponseTo& to) const {
  if (!to.site) return refusal_response(to, check_site(request, to).error());
  const auto origin = https_origin(*to.site, settings_.port, settings_.https_port);
  const std::string_view target = request.target();
  return redirect_response(to, origin + (target.starts_with('/') ? std::string(target) : "/"));
}

// A trusted proxy's address stands for all of its clients: it is not counted, and the proxy
// limits its clients itself.
asio::awaitable<void> serve_connection(Services& services, Shard& shard,
                                       asio::ip::tcp::socket socket, ListenerSettings settings) {
  boost::system::error_code reset;  // by the client already; reading reports it
  const auto peer = socket.remote_endpoint(reset).address();
  ConnectionSlot slot;
  if (!services.proxies.trusts(peer)) {
    slot = co_await services.quota.acquire(network_of(peer));
    if (!slot) co_return;
  }
  const auto session = std::make_shared<HttpSession>(std::move(socket), services, shard,
                                                     std::move(settings), std::move(slot));
  co_await session->run();
}

}  // namespace colo
