#include "net/upgrade.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "net/fields.hpp"

namespace colo {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

std::optional<Encoding> choose_encoding(const HttpRequest& request) {
  const auto offered = whole_list(request, "Sec-WebSocket-Protocol");
  for (const auto& name : http::token_list(offered)) {
    if (name == "colo.v1") return Encoding::binary;
    if (name == "colo.v1.json") return Encoding::json;
  }
  return std::nullopt;
}

}  // namespace

bool is_upgrade(const HttpRequest& request) {
  return request.version() >= 11 && request.method() == http::verb::get &&
         lists_token(request, "Connection", "upgrade") &&
         lists_token(request, "Upgrade", "websocket");
}

result<Upgrade> read_upgrade(const HttpRequest& request) {
  const auto key = only(request, "Sec-WebSocket-Key");
  const auto accept = ws::accept_key(key);
  if (!accept) return Refusal(errc::bad_request, "Sec-WebSocket-Key must be 16 bytes in base64.");
  return Upgrade{*accept, choose_encoding(request)};
}

HttpResponse upgrade_response(const Upgrade& upgrade) {
  http::response<http::empty_body> response{http::status::switching_protocols, 11};
  response.set(http::field::server, "colo");
  response.set(http::field::upgrade, "websocket");
  response.set(http::field::connection, "upgrade");
  response.set(http::field::sec_websocket_accept, upgrade.accept);
  if (upgrade.encoding)
    response.set(http::field::sec_websocket_protocol,
                 *upgrade.encoding == Encoding::binary ? "colo.v1" : "colo.v1.json");
  return response;
}

}  // namespace colo
