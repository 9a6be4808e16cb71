#include "net/ws_connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>

#include "domain/limits.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

// A lagging client's drawings reach the queue's bound in bytes before this; a flood of pings does
// not.
constexpr std::size_t pong_queue_frames_max = 1024;

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

WsConnection::WsConnection(Stream stream, ShardIo& io, Encoding encoding, std::string received)
    : io_(io),
      encoding_(encoding),
      queue_(std::make_shared<SendQueue>(std::move(stream), io.scheduler)),
      frames_(std::move(received)),
      liveness_(now()) {
  io_.keepalive.add(*this);
}

asio::awaitable<std::optional<ws::Event>> WsConnection::read() {
  while (queue_->open()) {
    const auto resume = frames_.resume_at(now());
    if (resume) {
      co_await pause(*resume);
      continue;
    }
    const auto kept = frames_.next();
    if (kept) co_return kept;
    const auto received = co_await receive();
    if (!received) break;
    liveness_.received(now());
    if (received->empty()) {
      frames_.charge(limits::work::per_read);
      continue;
    }
    const auto event = frames_.next(*received);
    if (event) co_return event;
  }
  co_return std::nullopt;
}

asio::awaitable<void> WsConnection::pause(SteadyTime until) {
  paused_ = std::make_unique<asio::steady_timer>(queue_->stream().get_executor(), until);
  boost::system::error_code aborted;
  co_await paused_->async_wait(asio::redirect_error(asio::use_awaitable, aborted));
  paused_.reset();
}

// Nothing when no more will come; empty when what came gave no bytes yet (a part of a TLS record).
// One read per turn of the loop: a client that never stops sending must not delay the others.
asio::awaitable<std::optional<std::span<char>>> WsConnection::receive() {
  auto& stream = queue_->stream();
  boost::system::error_code error;
  if (!blocked_ && (more_to_read_ || stream.has_read_bytes()))
    co_await asio::post(stream.get_executor(), asio::use_awaitable);
  else
    co_await stream.async_wait_to_read(asio::redirect_error(asio::use_awaitable, error));
  if (error || !queue_->open()) co_return std::nullopt;
  const auto buffer = io_.read_buffer();
  const auto bytes = stream.read_now(buffer);
  more_to_read_ = bytes == static_cast<ssize_t>(buffer.size());
  blocked_ = bytes == -EAGAIN;
  if (bytes > 0) co_return buffer.first(static_cast<std::size_t>(bytes));
  if (bytes == -EAGAIN || bytes == -EINTR) co_return std::span<char>();
  if (bytes < 0)
    log::debug("a connection cannot be read from: {}",
               std::system_category().message(static_cast<int>(-bytes)));
  co_return std::nullopt;
}

void WsConnection::send(const SharedFrame& frame, FlowId flow) {
  if (closing()) return;
  queue_->append(encoding_ == Encoding::json ? io_.in_json(frame) : frame, flow);
}

void WsConnection::pong(std::string_view payload) {
  if (closing() || queue_->frames() >= pong_queue_frames_max) return;
  queue_->append(std::make_shared<const OutgoingFrame>(ws::Op::pong, payload),
                 WriteScheduler::replies);
}

void WsConnection::abort() {
  queue_->abort();
  if (paused_) paused_->cancel();
}

void WsConnection::check(SteadyTime now) {
  if (!queue_->open()) return;
  if (paused_) liveness_.received(now);  // reading is paused, so bytes may have arrived
  const bool waiting = !queue_->empty();
  switch (liveness_.check(
      now, {queue_->deadline(), closing(), waiting, waiting ? queue_->progress() : 0})) {
    case Liveness::Action::none:
      break;
    case Liveness::Action::ping:
      queue_->append(std::make_shared<const OutgoingFrame>(ws::Op::ping, ""),
                     WriteScheduler::replies);
      break;
    case Liveness::Action::close_too_slow:
      queue_->close_too_slow("it took nothing for some time");
      break;
    case Liveness::Action::abort:
      abort();
      break;
  }
}

}  // namespace colo
