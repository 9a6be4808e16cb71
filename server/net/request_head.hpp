// The header of a request: where it ends, and whether it is accepted.
//
// Pure: knows bytes and fields, no sockets. Beast parses the fields. This file refuses what Beast
// accepts although RFC 9112 does not, and bounds what Beast does not bound.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "domain/errc.hpp"
#include "net/response.hpp"

namespace colo {

/// Finds the end of one request's header in bytes that arrive in pieces.
class HeadScanner {
 public:
  /// `bytes`: all of the request that has arrived; only the new ones are read. Gives the size of
  /// the header, with the empty lines before it and the one that ends it, or nothing while it is
  /// incomplete. Errors: bad_request, target_too_long, headers_too_large.
  result<std::optional<std::size_t>> scan(std::string_view bytes);

  /// Bytes of the empty lines before the request line (RFC 9112 §2.2).
  std::size_t begin() const { return begin_; }

  /// Whether the part of the header that has arrived asks for a page.
  bool accepts_html() const { return accepts_html_; }

 private:
  result<bool> end_line(std::string_view line);
  result<void> check_size(std::string_view unfinished) const;

  std::size_t scanned_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t begin_ = 0;
  std::size_t lines_ = 0;
  std::size_t cookie_bytes_ = 0;  // of whole lines, as other_bytes_
  std::size_t other_bytes_ = 0;
  bool accepts_html_ = false;
};

/// Checks and normalizes a header that Beast has parsed: framing, Host, target. Afterwards there is
/// at most one field each of Host, Content-Length, Transfer-Encoding (which is chunked), Connection
/// and Upgrade. The target begins with "/", or is the "*" of OPTIONS. Errors: bad_request,
/// not_implemented.
result<void> check_head(HttpRequest& request);

/// Whether the client waits for 100 Continue before it sends the body (RFC 9110
/// §10.1.1). Errors: expectation_failed.
result<bool> expects_continue(const HttpRequest& request);

/// Whether an Accept field names text/html, as browsers send it when they open an address.
bool accepts_html(std::string_view accept);

}  // namespace colo
