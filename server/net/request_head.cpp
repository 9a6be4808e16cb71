#include "net/request_head.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <string>

#include "domain/limits.hpp"

namespace colo {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::string_view digits = "0123456789";
// The characters of a host and a port (RFC 3986 §3.2.2, §3.2.3).
constexpr std::string_view authority_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=:[]";

bool starts_with_no_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && beast::iequals(text.substr(0, prefix.size()), prefix);
}

bool is_cookie(std::string_view line) {
  return starts_with_no_case(line, "cookie:");
}

// RFC 9110 §5.5: control characters are not allowed, apart from the tab.
bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\r') || byte == 0x7F;
}

Refusal bad(std::string detail) {
  return {errc::bad_request, std::move(detail)};
}

// Joins all fields of one name into one list (RFC 9110 §5.3).
void merge(HttpRequest& request, http::field name) {
  if (request.count(name) < 2) return;
  std::string list;
  const auto [begin, end] = request.equal_range(name);
  for (auto field = begin; field != end; ++field)
    list += (list.empty() ? "" : ", ") + std::string(field->value());
  request.set(name, list);
}

result<void> check_host(const HttpRequest& request) {
  const auto hosts = request.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && request.version() >= 11))
    return bad("A request must have one Host header.");
  const std::string_view host = request[http::field::host];
  if (host.find_first_not_of(authority_characters) != std::string_view::npos)
    return bad("The Host header is no host.");
  return {};
}

// If a proxy and we disagree about where a body ends, one request can hide in another. So anything
// ambiguous is refused (RFC 9112 §6.1, §6.3).
result<void> check_framing(const HttpRequest& request) {
  const auto lengths = request.count(http::field::content_length);
  const auto codings = request.count(http::field::transfer_encoding);
  if (lengths > 1 || codings > 1 || (lengths == 1 && codings == 1))
    return bad("The request says more than once how long its body is.");
  if (lengths == 1) {
    const std::string_view length = request[http::field::content_length];
    if (length.empty() || length.find_first_not_of(digits) != std::string_view::npos)
      return bad("Content-Length must be a number.");
  }
  if (codings == 0) return {};
  if (request.version() < 11) return bad("HTTP/1.0 has no Transfer-Encoding.");
  const std::string_view coding = request[http::field::transfer_encoding];
  if (coding.empty()) return bad("Transfer-Encoding is empty.");
  if (!beast::iequals(coding, "chunked"))
    return Refusal(errc::not_implemented, "The only Transfer-Encoding known here is chunked.");
  return {};
}

std::size_t scheme_size(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (starts_with_no_case(target, scheme)) return scheme.size();
  return 0;
}

// RFC 9112 §3.2: a path, an absolute address whose host replaces Host, or "*".
result<void> normalize_target(HttpRequest& request) {
  const std::string target = request.target();
  if (target.find('#') != std::string::npos) return bad("A target has no fragment.");
  if (target.front() == '/') return {};
  if (target == "*" && request.method() == http::verb::options) return {};
  if (request.method() == http::verb::connect)
    return Refusal(errc::not_implemented, "This server is no proxy.");
  const auto scheme = scheme_size(target);
  if (scheme == 0) return bad("The target must be a path.");
  const auto authority_end = std::min(target.find_first_of("/?", scheme), target.size());
  const auto authority = target.substr(scheme, authority_end - scheme);
  if (authority.empty() || authority.find_first_not_of(authority_characters) != std::string::npos)
    return bad("The target has no host.");
  const auto rest = target.substr(authority_end);
  request.set(http::field::host, authority);
  request.target(rest.starts_with('/') ? rest : "/" + rest);
  return {};
}

}  // namespace

result<std::optional<std::size_t>> HeadScanner::scan(std::string_view bytes) {
  for (; scanned_ < bytes.size(); ++scanned_) {
    const char c = bytes[scanned_];
    const bool after_cr = scanned_ > line_begin_ && bytes[scanned_ - 1] == '\r';
    if (c != '\n') {
      if (after_cr || is_forbidden(c)) return errc::bad_request;
      continue;
    }
    if (!after_cr) return bad("A line must end with CR and LF.");
    const auto ended = end_line(bytes.substr(line_begin_, scanned_ - 1 - line_begin_));
    if (!ended) return ended.error();
    line_begin_ = scanned_ + 1;
    if (lines_ == 0) begin_ = line_begin_;
    if (*ended) return std::optional(++scanned_);
  }
  if (const auto fits = check_size(bytes.substr(line_begin_)); !fits) return fits.error();
  return std::optional<std::size_t>();
}

// `line` has no CR LF. True for the empty line that ends the header.
result<bool> HeadScanner::end_line(std::string_view line) {
  (is_cookie(line) ? cookie_bytes_ : other_bytes_) += line.size() + 2;
  if (const auto fits = check_size(""); !fits) return fits.error();
  if (line.empty() && lines_ > 0) return true;
  if (line.empty()) {
    if (other_bytes_ > 2 * limits::empty_lines_max) return errc::bad_request;
    return false;
  }
  // A folded line (RFC 9112 §5.2), or a first line that begins with a space (§2.2).
  if (line.front() == ' ' || line.front() == '\t')
    return bad("A line must not begin with a space.");
  if (++lines_ > 1 + limits::header_fields_max)
    return Refusal(errc::headers_too_large, "The request has too many headers.");
  if (starts_with_no_case(line, "accept:")) accepts_html_ |= colo::accepts_html(line.substr(7));
  return false;
}

result<void> HeadScanner::check_size(std::string_view unfinished) const {
  const auto in_cookies = is_cookie(unfinished) ? unfinished.size() : 0;
  if (cookie_bytes_ + in_cookies > limits::cookie_bytes_max)
    return Refusal(errc::headers_too_large,
                   "Your browser sent too many cookies for this address. Other programs under the "
                   "same name may have set them. Clear the cookies of this address, then open it "
                   "again.");
  if (other_bytes_ + unfinished.size() - in_cookies <= limits::header_bytes_max) return {};
  if (lines_ == 0) return errc::target_too_long;
  return errc::headers_too_large;
}

result<void> check_head(HttpRequest& request) {
  if (const auto checked = check_host(request); !checked) return checked.error();
  if (const auto checked = check_framing(request); !checked) return checked.error();
  merge(request, http::field::connection);
  merge(request, http::field::upgrade);
  return normalize_target(request);
}

result<bool> expects_continue(const HttpRequest& request) {
  if (request.version() < 11 || request.count(http::field::expect) == 0) return false;
  if (request.count(http::field::expect) > 1 ||
      !beast::iequals(request[http::field::expect], "100-continue"))
    return errc::expectation_failed;
  const std::string_view length = request[http::field::content_length];
  return request.count(http::field::transfer_encoding) > 0 ||
         length.find_first_not_of('0') != std::string_view::npos;
}

bool accepts_html(std::string_view accept) {
  constexpr std::string_view html = "text/html";
  const auto found = std::ranges::search(
      accept, html, [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b); });
  return !found.empty();
}

}  // namespace colo
