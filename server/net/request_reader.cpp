#include "net/request_reader.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t read_bytes = 4096;
constexpr std::size_t head_bytes_max = limits::header_bytes_max + limits::cookie_bytes_max;

}  // namespace

// One byte more than the limits: the scanner refuses a header that is too long before it fills up.
RequestReader::RequestReader(Stream& stream) : stream_(stream), buffer_(head_bytes_max + 1) {}

asio::awaitable<boost::system::error_code> RequestReader::fill() {
  const auto room = std::min(read_bytes, buffer_.max_size() - buffer_.size());
  const auto [error, bytes] =
      co_await stream_.async_read_some(buffer_.prepare(room), asio::as_tuple(asio::use_awaitable));
  buffer_.commit(bytes);
  co_return error;
}

std::string_view RequestReader::arrived() const {
  return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()};
}

void RequestReader::begin() {
  if (buffer_.capacity() > 2 * read_bytes) buffer_.shrink_to_fit();
  scanner_ = {};
  parser_.reset();
  request_ = {};
  body_parsed_ = 0;
  keep_alive_ = false;
  awaits_continue_ = false;
}

asio::awaitable<result<bool>> RequestReader::read_head() {
  for (;;) {
    const auto size = scanner_.scan(arrived());
    if (!size) co_return size.error();
    if (*size) {
      const auto parsed = parse_head(**size);
      if (!parsed) co_return parsed.error();
      co_return true;
    }
    const auto gone = co_await fill();
    if (gone) co_return false;
  }
}

result<void> RequestReader::parse_head(std::size_t size) {
  parser_.emplace();
  // The scanner has checked the limits. Beast's own limit counts each read from zero.
  parser_->header_limit(static_cast<std::uint32_t>(head_bytes_max) + 1);
  parser_->body_limit(limits::body_bytes_max);
  buffer_.consume(scanner_.begin());
  size -= scanner_.begin();
  boost::system::error_code error;
  parser_->put(asio::buffer(buffer_.cdata(), size), error);
  buffer_.consume(size);
  if (error == http::error::body_limit) return errc::body_too_large;
  if (error || !parser_->is_header_done()) return errc::bad_request;
  // A copy, because Beast adds trailers to its own as if they were headers (RFC 9110 §6.5.1).
  request_.base() = parser_->get().base();
  keep_alive_ = parser_->keep_alive();
  if (const auto checked = check_head(request_); !checked) return checked.error();
  const auto expects = expects_continue(request_);
  if (!expects) return expects.error();
  awaits_continue_ = *expects;
  return {};
}

asio::awaitable<result<bool>> RequestReader::read_body() {
  parser_->eager(true);
  for (;;) {
    const auto parsed = parse_body();
    if (!parsed) co_return parsed.error();
    if (parser_->is_done()) break;
    const auto gone = co_await fill();
    if (gone) co_return false;
  }
  request_.body() = std::move(parser_->get().body());
  parser_.reset();
  co_return true;
}

// Parses what has arrived. Beast leaves an incomplete line between chunks, or an incomplete
// trailer, in the buffer. It is parsed again with the next bytes, so its size must be bounded.
result<void> RequestReader::parse_body() {
  if (buffer_.size() > 0 && !parser_->is_done()) {
    boost::system::error_code error;
    const auto parsed = parser_->put(buffer_.cdata(), error);
    buffer_.consume(parsed);
    body_parsed_ += parsed;
    if (error == http::error::body_limit) return errc::body_too_large;
    if (error && error != http::error::need_more) return errc::bad_request;
  }
  if (!parser_->chunked()) return {};
  const auto unread = parser_->is_done() ? 0 : buffer_.size();
  const auto overhead = body_parsed_ + unread - parser_->get().body().size();
  if (overhead > limits::chunk_overhead_max) return errc::body_too_large;
  return {};
}

}  // namespace colo
