#include "net/request_head.hpp"

#include <gtest/gtest.h>

#include <string>

#include "domain/limits.hpp"

namespace colo {
namespace {

namespace http = boost::beast::http;

using Scanned = result<std::optional<std::size_t>>;

Scanned scan(std::string_view bytes) {
  return HeadScanner().scan(bytes);
}

// As when every byte arrives alone.
Scanned scan_slowly(std::string_view bytes) {
  HeadScanner scanner;
  Scanned scanned;
  for (std::size_t i = 1; i <= bytes.size(); ++i) {
    scanned = scanner.scan(bytes.substr(0, i));
    if (!scanned || *scanned) break;
  }
  return scanned;
}

std::string refused_as(const Scanned& scanned) {
  return scanned ? "not" : std::string(code_name(scanned.error().code));
}

std::string refused_as(const result<void>& checked) {
  return checked ? "not" : std::string(code_name(checked.error().code));
}

TEST(HeadScanner, FindsTheEndInBytesSplitAnywhere) {
  const std::string head = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const auto& scanned : {scan(head + "GET /next"), scan_slowly(head + "GET /next")}) {
    ASSERT_TRUE(scanned && *scanned);
    EXPECT_EQ(**scanned, head.size());
  }
  HeadScanner scanner;
  scanner.scan(head).value();
  EXPECT_EQ(scanner.begin(), 2);
  const auto unfinished = scan(head.substr(0, head.size() - 1));
  ASSERT_TRUE(unfinished);
  EXPECT_FALSE(*unfinished);
}

TEST(HeadScanner, RefusesAmbiguousBytesAsSoonAsTheyArrive) {
  using namespace std::string_literals;
  for (const auto& bytes : {
           "\x16\x03\x01"s,
           "GET / HTTP/1.1\n"s,
           "GET / HTTP/1.1\rH"s,
           "GET / HTTP/1.1\r\r"s,
           "GET / HTTP/1.1\r\nA: b\0"s,
           "GET / HTTP/1.1\r\nA: b\x7f"s,
           "GET / HTTP/1.1\r\nA: b\r\n c\r\n"s,
           "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n"s,
           "GET / HTTP/1.1\r\n A: b\r\n"s,
           " GET / HTTP/1.1\r\n"s,
           "\r\n\n"s,
       }) {
    EXPECT_EQ(refused_as(scan(bytes)), "bad_request") << bytes;
    EXPECT_EQ(refused_as(scan_slowly(bytes)), "bad_request") << bytes;
  }
}

// A complete header of `bytes` bytes with one field.
std::string head_of(std::size_t bytes, const std::string& name) {
  const std::string begun = "GET / HTTP/1.1\r\n" + name + ": ";
  return begun + std::string(bytes - begun.size() - 4, 'x') + "\r\n\r\n";
}

TEST(HeadScanner, HeadersAreBoundedExactly) {
  EXPECT_EQ(refused_as(scan(head_of(limits::header_bytes_max, "X"))), "not");
  EXPECT_EQ(refused_as(scan(head_of(limits::header_bytes_max + 1, "X"))), "headers_too_large");
  // Also when the line does not end.
  const auto endless = head_of(2 * limits::header_bytes_max, "X");
  EXPECT_EQ(refused_as(scan(endless.substr(0, limits::header_bytes_max))), "not");
  EXPECT_EQ(refused_as(scan(endless.substr(0, limits::header_bytes_max + 1))), "headers_too_large");
}

TEST(HeadScanner, CookiesHaveTheirOwnExactBound) {
  const std::string request_line = "GET / HTTP/1.1\r\n";
  const auto with = [&](std::size_t bytes, const std::string& name) {
    return scan(request_line + name + std::string(bytes - name.size() - 2, 'x') + "\r\n\r\n");
  };
  EXPECT_EQ(refused_as(with(limits::cookie_bytes_max, "Cookie:")), "not");
  EXPECT_EQ(refused_as(with(limits::cookie_bytes_max, "cOOKIE:")), "not");
  EXPECT_EQ(refused_as(with(limits::cookie_bytes_max + 1, "Cookie:")), "headers_too_large");
  EXPECT_EQ(refused_as(with(limits::cookie_bytes_max, "Cookies:")), "headers_too_large");
}

TEST(HeadScanner, TheSumOfBothBoundsIsNeverExceeded) {
  std::string head = "GET / HTTP/1.1\r\n";
  head += "Cookie:" + std::string(limits::cookie_bytes_max - 9, 'x') + "\r\n";
  head += "X:" + std::string(limits::header_bytes_max - 16 - 2, 'x');
  EXPECT_EQ(refused_as(scan(head)), "not");
  EXPECT_EQ(head.size(), limits::cookie_bytes_max + limits::header_bytes_max);
  EXPECT_EQ(refused_as(scan(head + "x")), "headers_too_large");
}

TEST(HeadScanner, TheNumbersOfHeadersAndEmptyLinesAreBounded) {
  std::string head = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i < limits::header_fields_max; ++i) head += "X: 1\r\n";
  EXPECT_EQ(refused_as(scan(head + "\r\n")), "not");
  EXPECT_EQ(refused_as(scan(head + "X: 1\r\n\r\n")), "headers_too_large");
  std::string empty;
  for (std::size_t i = 0; i < limits::empty_lines_max; ++i) empty += "\r\n";
  EXPECT_EQ(refused_as(scan(empty)), "not");
  EXPECT_EQ(refused_as(scan(empty + "\r\n")), "bad_request");
}

TEST(HeadScanner, ATargetIsBoundedLikeAHeader) {
  const std::string target(limits::header_bytes_max - 5, 'x');
  EXPECT_EQ(refused_as(scan("GET /" + target)), "not");
  EXPECT_EQ(refused_as(scan("GET /" + target + "x")), "target_too_long");
}

TEST(HeadScanner, RecognisesABrowserThatOpensAPage) {
  const auto asks_for_page = [](std::string_view fields) {
    HeadScanner scanner;
    scanner.scan("GET / HTTP/1.1\r\n" + std::string(fields) + "\r\n").value();
    return scanner.accepts_html();
  };
  EXPECT_TRUE(asks_for_page("Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"));
  EXPECT_TRUE(asks_for_page("accept:application/xml, Text/HTML\r\n"));
  EXPECT_FALSE(asks_for_page("Accept: */*\r\n"));
  EXPECT_FALSE(asks_for_page("X-Accept: text/html\r\n"));
}

HttpRequest with(std::string_view target,
                 std::initializer_list<std::pair<std::string, std::string>> fields,
                 unsigned version = 11, http::verb method = http::verb::get) {
  HttpRequest request(method, target, version);
  for (const auto& [name, value] : fields) request.insert(name, value);
  return request;
}

TEST(CheckHead, TheHostOfAWholeAddressReplacesTheHeader) {
  auto request = with("http://draw.example.org:5000?x", {{"Host", "other"}});
  ASSERT_TRUE(check_head(request));
  EXPECT_EQ(request.target(), "/?x");
  EXPECT_EQ(request[http::field::host], "draw.example.org:5000");
  auto older = with("HTTPS://[::1]/a/b", {}, 10);
  ASSERT_TRUE(check_head(older));
  EXPECT_EQ(older.target(), "/a/b");
  EXPECT_EQ(older[http::field::host], "[::1]");
}

TEST(CheckHead, RefusesInvalidTargets) {
  for (const auto target :
       {"a", "*", "http://", "http:///a", "http://u@a/", "ftp://a/", "/a#b", "http:/a", "a:80"}) {
    auto request = with(target, {{"Host", "a"}});
    EXPECT_EQ(refused_as(check_head(request)), "bad_request") << target;
  }
  auto tunnel = with("a:80", {{"Host", "a"}}, 11, http::verb::connect);
  EXPECT_EQ(refused_as(check_head(tunnel)), "not_implemented");
  auto asterisk = with("*", {{"Host", "a"}}, 11, http::verb::options);
  EXPECT_TRUE(check_head(asterisk));
}

TEST(CheckHead, TheLinesOfAListAreJoined) {
  auto request = with("/", {{"Host", "a"},
                            {"Connection", "keep-alive"},
                            {"Connection", "Upgrade"},
                            {"Upgrade", "h2c"},
                            {"Upgrade", "websocket"}});
  ASSERT_TRUE(check_head(request));
  EXPECT_EQ(request[http::field::connection], "keep-alive, Upgrade");
  EXPECT_EQ(request.count(http::field::connection), 1);
  EXPECT_EQ(request[http::field::upgrade], "h2c, websocket");
}

TEST(ExpectsContinue, OnlyIfABodyFollows) {
  const auto expects = [](const HttpRequest& request) { return expects_continue(request).value(); };
  EXPECT_TRUE(expects(with("/", {{"Expect", "100-Continue"}, {"Content-Length", "5"}})));
  EXPECT_TRUE(expects(with("/", {{"Expect", "100-continue"}, {"Transfer-Encoding", "chunked"}})));
  EXPECT_FALSE(expects(with("/", {{"Expect", "100-continue"}})));
  EXPECT_FALSE(expects(with("/", {{"Expect", "100-continue"}, {"Content-Length", "0"}})));
  EXPECT_FALSE(expects(with("/", {{"Expect", "anything"}, {"Content-Length", "5"}}, 10)));
  EXPECT_FALSE(expects_continue(with("/", {{"Expect", "anything"}})));
}

}  // namespace
}  // namespace colo
