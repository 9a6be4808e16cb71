#include "net/fields.hpp"

#include <gtest/gtest.h>

#include <boost/beast/core/buffers_to_string.hpp>

#include "net/response.hpp"
#include "net/upgrade.hpp"

namespace colo {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using Lines = std::vector<std::pair<const char*, const char*>>;

HttpRequest get(const Lines& lines) {
  HttpRequest request{http::verb::get, "/", 11};
  for (const auto& [name, value] : lines) request.insert(name, value);
  return request;
}

std::string text_of(HttpResponse response) {
  std::string text;
  while (!response.is_done()) {
    beast::error_code error;
    const auto buffers = response.prepare(error);
    text += beast::buffers_to_string(buffers);
    response.consume(beast::buffer_bytes(buffers));
  }
  return text;
}

TEST(Fields, TheLinesOfAListAreJoinedInOrder) {
  const auto request = get({{"X-List", "a"}, {"Other", "x"}, {"x-list", "b, c"}, {"X-LIST", ""}});
  EXPECT_EQ(whole_list(request, "X-List"), "a,b, c,");
  EXPECT_EQ(whole_list(request, "None"), "");
  EXPECT_TRUE(lists_token(request, "X-List", "C"));
  EXPECT_FALSE(lists_token(request, "X-List", "x"));
}

TEST(Fields, ASingleFieldThatOccursTwiceIsEmpty) {
  EXPECT_EQ(only(get({{"Host", "a"}}), "Host"), "a");
  EXPECT_EQ(only(get({{"Host", "a"}, {"host", "a"}}), "Host"), "");
  EXPECT_EQ(only(get({}), "Host"), "");
}

TEST(Upgrade, IsRequestedInAnyLineOfConnectionAndUpgrade) {
  EXPECT_TRUE(is_upgrade(get({{"Connection", "keep-alive"},
                              {"Connection", "x,\tUpgrade"},
                              {"Upgrade", "h2c"},
                              {"Upgrade", "WebSocket"}})));
  EXPECT_FALSE(is_upgrade(get({{"Connection", "close"}, {"Upgrade", "websocket"}})));
  EXPECT_FALSE(is_upgrade(get({{"Connection", "Upgrade"}, {"Upgrade", "websockets"}})));
}

TEST(AssetResponse, ReadsEveryLineOfAcceptEncodingAndIfNoneMatch) {
  const Asset page{"/", "text/html", "W/\"abc\"", false, "identity", "gzip", "br"};
  const auto reply = [&page](const Lines& lines) {
    return text_of(asset_response(ResponseTo{}, page, get(lines)));
  };
  EXPECT_NE(
      reply({{"Accept-Encoding", "gzip"}, {"Accept-Encoding", "br"}}).find("Encoding: br\r\n"),
      std::string::npos);
  EXPECT_EQ(reply({{"If-None-Match", "\"x\""}, {"If-None-Match", "\"abc\""}}).substr(0, 12),
            "HTTP/1.1 304");
}

}  // namespace
}  // namespace colo
