// Reads the requests of one connection, in turn: header, then body.
//
// Lives on the connection's shard. Holds at most limits::header_bytes_max and
// cookie_bytes_max of what has arrived and is not read yet, and of a chunked body
// what is not data is counted, too (limits::chunk_overhead_max). Reads nothing
// while nobody asks. Deadlines are the caller's.
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
  /// `stream` outlives this, or nothing more is read.
  explicit RequestReader(Stream& stream);

  /// Waits for some bytes.
  boost::asio::awaitable<boost::system::error_code> fill();
  /// What has arrived and was not read yet.
  std::string_view arrived() const;

  /// Forgets the request before, with its memory, for the next one.
  void begin();
  /// False when the connection is gone. Errors: those of HeadScanner, check_head()
  /// and expects_continue(); body_too_large where Content-Length says so.
  boost::asio::awaitable<result<bool>> read_head();
  /// After read_head(): does the client wait for 100 Continue?
  bool awaits_continue() const { return awaits_continue_ && arrived().empty(); }
  /// After read_head(). False when the connection is gone. Errors: bad_request,
  /// body_too_large.
  boost::asio::awaitable<result<bool>> read_body();

  /// Whole after read_body(); before that, the header alone. Without trailers.
  const HttpRequest& request() const { return request_; }
  HttpRequest take_request() { return std::move(request_); }
  /// Whether another request may follow on the connection.
  bool keep_alive() const { return keep_alive_; }
  /// Whether the request is for a page, also when it could not be read.
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
