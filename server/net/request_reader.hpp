// Reads the requests of one connection, one after another: header, then body.
//
// Holds at most limits::header_bytes_max and cookie_bytes_max of unread bytes. Overhead of a
// chunked body is bounded too (limits::chunk_overhead_max). It reads only when it is asked to.
// Deadlines are the caller's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>
#include <string>

#include "net/request_head.hpp"
#include "net/stream.hpp"

namespace colo {

class RequestReader {
 public:
  /// `stream` must outlive this.
  explicit RequestReader(Stream& stream);

  /// Waits until bytes have arrived.
  boost::asio::awaitable<boost::system::error_code> fill();
  /// The bytes that have arrived and are not read yet.
  std::string_view arrived() const;

  /// Frees the previous request and prepares for the next one.
  void begin();
  /// False when the connection has closed. Errors: those of HeadScanner, check_head() and
  /// expects_continue(); body_too_large when Content-Length is.
  boost::asio::awaitable<result<bool>> read_head();
  /// After read_head(): whether the client waits for 100 Continue.
  bool awaits_continue() const { return awaits_continue_ && arrived().empty(); }
  /// After read_head(). False when the connection has closed. Errors: bad_request, body_too_large.
  boost::asio::awaitable<result<bool>> read_body();

  /// The header after read_head(), with the body after read_body(). Trailers are left out.
  const HttpRequest& request() const { return request_; }
  HttpRequest take_request() { return std::move(request_); }
  /// Whether another request may follow on the connection.
  bool keep_alive() const { return keep_alive_; }
  /// Whether the client asked for a page. Known also when the request could not be read.
  bool accepts_html() const { return scanner_.accepts_html(); }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  result<void> parse_head(std::size_t size);
  result<void> parse_body();

  Stream& stream_;
  boost::beast::flat_buffer buffer_;
  HeadScanner scanner_;
  std::optional<Parser> parser_;
  HttpRequest request_;
  std::size_t body_parsed_ = 0;  // bytes of the message after its header
  bool keep_alive_ = false;
  bool awaits_continue_ = false;
};

}  // namespace colo
