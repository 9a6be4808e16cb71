#include "net/send_queue.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "domain/limits.hpp"
#include "net/kernel_buffers.hpp"
#include "net/write_scheduler.hpp"
#include "runtime/log.hpp"
#include "wire/errors.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::size_t places_kept = 16;  // by an empty queue, for the next frames

}  // namespace

SendQueue::SendQueue(Stream stream, WriteScheduler& scheduler)
    : stream_(std::move(stream)), scheduler_(scheduler) {
  stream_.expires_never();  // Keepalive and deadline() bound it from here on
  bound_kernel_buffers(socket());
}

void SendQueue::append(const SharedFrame& frame, FlowId flow) {
  if (closing() || !writable_) return;
  const auto size = frame->bytes().size();
  if (!empty() && bytes_ + kernel_bytes_ + size > limits::send_queue_bytes_max)
    return close_too_slow("its send queue is full");
  waiting_.push_back(frame);
  bytes_ += size;
  if (!awaits_writable_) scheduler_.schedule(*this, flow);
}

void SendQueue::close(std::uint16_t code, std::string_view reason) {
  if (closing()) return;
  append_closing(code, reason);
}

void SendQueue::close_too_slow(std::string_view why) {
  if (closing()) return;
  log::info("a client reads too slowly and is closed: {}", why);
  too_slow_ = true;
  drop_unbegun();
  append_closing(close_code(errc::too_slow), "too slow");
}

void SendQueue::append_closing(std::uint16_t code, std::string_view reason) {
  deadline_ = std::min(deadline_, std::chrono::steady_clock::now() + limits::close_time);
  if (!writable_) return;
  has_closing_frame_ = true;
  waiting_.push_back(std::make_shared<const OutgoingFrame>(OutgoingFrame::closing(code, reason)));
  bytes_ += waiting_.back()->bytes().size();
  if (!awaits_writable_) scheduler_.schedule(*this, WriteScheduler::replies);
}

asio::awaitable<void> SendQueue::close_gracefully() {
  const auto self = shared_from_this();
  if (!open_) co_return;
  deadline_ = std::chrono::steady_clock::now() + limits::close_time;
  while (open_ && !empty()) {
    emptied_ = std::make_unique<asio::steady_timer>(stream_.get_executor(), SteadyTime::max());
    boost::system::error_code woken;
    co_await emptied_->async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (!std::exchange(open_, false)) co_return;
  dequeue();
  co_await stream_.close_gracefully();
}

void SendQueue::abort() {
  if (!std::exchange(open_, false)) return stream_.close();  // ends a lingering close, too
  dequeue();
  if (!empty() || unacknowledged_bytes(socket()) > 0) drop_unacknowledged_on_close(socket());
  stream_.close();
  if (emptied_) emptied_->cancel();
}

std::size_t SendQueue::progress() {
  kernel_bytes_ = unacknowledged_bytes(socket());
  return written_ - kernel_bytes_;
}

// Under TLS the kernel counts other bytes than written_ does; progress() still changes.
SendQueue::Batch SendQueue::gather(std::span<iovec> pieces) const {
  if (!open_) return {};
  const auto bytes_max = !encrypted()  ? write_bytes_max
                         : record_ > 0 ? record_
                                       : Stream::record_bytes_max;
  const auto count = std::min({pieces.size(), frames(), write_frames_max});
  Batch batch;
  auto begun = begun_;
  while (batch.pieces < count && batch.bytes < bytes_max) {
    const auto left = waiting_[first_ + batch.pieces]->bytes().substr(std::exchange(begun, 0));
    const auto size = std::min(left.size(), bytes_max - batch.bytes);
    pieces[batch.pieces++] = {const_cast<char*>(left.data()), size};  // only read
    batch.bytes += size;
  }
  return batch;
}

std::size_t SendQueue::written(std::size_t offered, ssize_t result) {
  if (!open_) return 0;
  if (result < 0 && result != -EAGAIN && result != -EINTR) {
    fail(static_cast<int>(-result));
    return 0;
  }
  const auto bytes = result > 0 ? static_cast<std::size_t>(result) : 0;
  written_ += bytes;
  const auto frames_ended = remove(bytes);
  record_ = encrypted() && bytes == 0 ? offered : 0;
  if (empty())
    became_empty();
  else if (bytes == offered)
    scheduler_.schedule(*this, flow_);
  else
    await_writable();
  return frames_ended;
}

std::size_t SendQueue::remove(std::size_t bytes) {
  const auto before = first_;
  bytes_ -= bytes;
  for (; bytes > 0; ++first_) {
    const auto left = waiting_[first_]->bytes().size() - begun_;
    if (bytes < left) {
      begun_ += bytes;
      break;
    }
    bytes -= left;
    begun_ = 0;
    waiting_[first_] = nullptr;
  }
  const auto ended = first_ - before;
  // A queue that is never quite empty must not grow either.
  if (empty() || first_ > waiting_.size() / 2) release_memory();
  return ended;
}

void SendQueue::drop_unbegun() {
  const auto begun = begun_ + record_;
  std::size_t kept = 0;
  auto end = first_;
  while (kept < begun) kept += waiting_[end++]->bytes().size();
  waiting_.resize(end);
  bytes_ = kept - begun_;
  if (empty()) release_memory();
}

void SendQueue::release_memory() {
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
  if (waiting_.empty() && waiting_.capacity() > places_kept) waiting_.shrink_to_fit();
}

// The client may have sent something before it disconnected, e.g. a Close: the reader gets
// that, and then the end.
void SendQueue::fail(int error) {
  log::debug("a connection cannot be written to: {}", std::system_category().message(error));
  writable_ = false;
  first_ = waiting_.size();
  begun_ = 0;
  bytes_ = 0;
  record_ = 0;
  release_memory();
  deadline_ = std::min(deadline_, std::chrono::steady_clock::now() + limits::close_time);
  became_empty();
}

void SendQueue::became_empty() {
  kernel_bytes_ = 0;
  if (emptied_) emptied_->cancel();
}

void SendQueue::await_writable() {
  kernel_bytes_ = unacknowledged_bytes(socket());
  awaits_writable_ = true;
  stream_.async_wait_to_write([self = shared_from_this()](boost::system::error_code error) {
    self->awaits_writable_ = false;
    if (!self->open_) return;
    if (error) return self->fail(error.value());
    self->scheduler_.schedule(*self, self->flow_);
  });
}

}  // namespace colo
