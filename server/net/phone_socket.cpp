#include "net/phone_socket.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

#include "net/kernel_buffers.hpp"
#include "runtime/log.hpp"
#include "wire/errors.hpp"

namespace colo {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t tls_read_bytes = 4096;
constexpr std::size_t tls_record_bytes = 16 * 1024;  // RFC 8446 §5.1
// Drawings reach the outbox's bound in bytes before this one; a flood of pings reaches this.
constexpr std::size_t pong_before_frames = 1024;

SharedFrame closing_frame(std::uint16_t code, std::string_view reason) {
  return std::make_shared<const OutgoingFrame>(OutgoingFrame::closing(code, reason));
}

}  // namespace

PhoneSocket::PhoneSocket(Stream stream, Traffic& traffic, Encoding encoding, std::string came)
    : traffic_(traffic),
      encoding_(encoding),
      plain_(traffic.shard().context()),
      unread_(std::move(came)),
      heard_at_(std::chrono::steady_clock::now()),
      took_at_(heard_at_) {
  stream.expires_never();  // its times are kept here
  if (stream.encrypted())
    tls_ = std::make_unique<Tls>(std::move(stream));
  else
    plain_ = stream.release();
  bound_kernel_buffers(descriptor());
  traffic_.add(*this);
}

void PhoneSocket::admit(std::shared_ptr<Budget> budget) {
  budget_ = std::move(budget);
  reader_.set_message_bytes_max(limits::frame_read_max);
}

asio::awaitable<std::optional<ws::Event>> PhoneSocket::read() {
  while (open_) {
    if (must_rest()) co_await rest();
    if (unread_from_ < unread_.size()) {
      auto bytes = std::span(unread_).subspan(unread_from_);
      const auto event = next_event(bytes);
      unread_from_ = unread_.size() - bytes.size();
      if (event) co_return event;
    }
    std::string().swap(unread_);  // an idle phone keeps nothing
    unread_from_ = 0;
    std::span<char> nothing;
    reader_.read(nothing);
    auto bytes = co_await receive();
    if (bytes.empty()) break;
    heard_at_ = std::chrono::steady_clock::now();
    pinged_ = false;
    charge(limits::work::per_read);
    const auto event = next_event(bytes);
    // The buffer is everybody's: what comes after this event is kept here until it is its turn.
    unread_.assign(bytes.begin(), bytes.end());
    if (event) co_return event;
  }
  co_return std::nullopt;
}

// What was done since the last time is charged at once, and only here.
bool PhoneSocket::must_rest() {
  if (!budget_ || owed_ == owed_.zero()) return false;
  const auto now = std::chrono::steady_clock::now();
  rests_until_ = budget_->spend(std::exchange(owed_, owed_.zero()), now);
  return rests_until_ > now;
}

asio::awaitable<void> PhoneSocket::rest() {
  if (!open_) co_return;
  resting_ = std::make_unique<asio::steady_timer>(traffic_.shard().context(), rests_until_);
  boost::system::error_code woken;  // hung up meanwhile
  co_await resting_->async_wait(asio::redirect_error(asio::use_awaitable, woken));
  resting_.reset();
}

// Fragments without payload, and many pings, are frames as well.
std::optional<ws::Event> PhoneSocket::next_event(std::span<char>& bytes) {
  const auto event = reader_.read(bytes);
  const auto frames = reader_.take_frames();
  charge(frames * limits::work::per_ws_frame);
  if (budget_) return event;
  early_frames_ += frames;
  if (early_frames_ <= limits::hello_frames_max) return event;
  bytes = {};
  return ws::Event{ws::Event::Kind::violation, false, {}, close_code(errc::flooding)};
}

// Empty when there will be nothing more.
asio::awaitable<std::span<char>> PhoneSocket::receive() {
  if (!tls_) co_return co_await receive_plain();
  tls_->unread.resize(tls_read_bytes);
  const auto [error, bytes] = co_await tls_->stream.async_read_some(
      asio::buffer(tls_->unread), asio::as_tuple(asio::use_awaitable));
  co_return std::span(tls_->unread).first(error ? 0 : bytes);
}

// One read for each turn of the loop: a phone that never stops must not keep the others waiting.
asio::awaitable<std::span<char>> PhoneSocket::receive_plain() {
  while (open_) {
    boost::system::error_code error;
    if (more_to_read_)
      co_await asio::post(traffic_.shard().executor(), asio::use_awaitable);
    else
      co_await plain_.async_wait(tcp::socket::wait_read,
                                 asio::redirect_error(asio::use_awaitable, error));
    if (error || !open_) break;
    const auto buffer = traffic_.read_buffer();
    const auto bytes = recv(plain_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    more_to_read_ = bytes == static_cast<ssize_t>(buffer.size());
    if (bytes > 0) co_return buffer.first(static_cast<std::size_t>(bytes));
    if (bytes == 0 || (errno != EAGAIN && errno != EINTR)) break;
  }
  co_return std::span<char>{};
}

void PhoneSocket::send(const SharedFrame& frame, TurnQueue& queue) {
  if (closing()) return;
  push(encoding_ == Encoding::json ? traffic_.in_json(frame) : frame, queue);
}

void PhoneSocket::push(const SharedFrame& frame, TurnQueue& queue) {
  if (!open_ || !writable_) return;
  if (!outbox_.push(frame, kernel_bytes_)) return give_up();
  if (!awaits_room_) traffic_.wants_turn(*this, queue);
}

void PhoneSocket::give_up() {
  log::info("a phone read too slowly and was closed");
  too_slow_ = true;
  close_now(close_code(errc::too_slow), "too slow");
}

void PhoneSocket::close(std::uint16_t code, std::string_view reason) {
  if (closing()) return;
  if (writable_) outbox_.close_with(closing_frame(code, reason));
  gone_at_ = std::chrono::steady_clock::now() + limits::close_time;
  if (!awaits_room_) traffic_.wants_turn(*this, traffic_.answers());
}

void PhoneSocket::close_now(std::uint16_t code, std::string_view reason) {
  if (closing()) return;
  outbox_.forget(tls_ ? tls_->plain.size() : 0);
  close(code, reason);
}

void PhoneSocket::pong(std::string_view payload) {
  if (outbox_.frames() >= pong_before_frames) return;
  push(std::make_shared<const OutgoingFrame>(ws::Op::pong, payload), traffic_.answers());
}

asio::awaitable<void> PhoneSocket::say_goodbye() {
  const auto self = shared_from_this();
  if (!open_) co_return;
  gone_at_ = std::chrono::steady_clock::now() + limits::close_time;
  while (open_ && !outbox_.empty()) {
    all_out_ = std::make_unique<asio::steady_timer>(traffic_.shard().context(), SteadyTime::max());
    boost::system::error_code woken;
    co_await all_out_->async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (!open_) co_return;
  open_ = false;
  gone_at_ = SteadyTime::max();  // the stream keeps its own time
  Stream stream = tls_ ? std::move(tls_->stream) : Stream(std::move(plain_));
  co_await stream.say_goodbye();
}

void PhoneSocket::hang_up() {
  if (!std::exchange(open_, false)) return;
  wait_no_more();
  if (resting_) resting_->cancel();
  if (!outbox_.empty() || unacknowledged_bytes(descriptor()) > 0)
    drop_unacknowledged_on_close(descriptor());
  if (tls_) tls_->stream.close();
  boost::system::error_code closed;  // is closed
  plain_.close(closed);
  if (all_out_) all_out_->cancel();
}

std::size_t PhoneSocket::gather(std::span<iovec> pieces) {
  return open_ ? outbox_.gather(pieces) : 0;
}

std::size_t PhoneSocket::wrote(ssize_t result) {
  if (!open_) return 0;
  if (result < 0 && result != -EAGAIN && result != -EINTR) {
    stop_writing();
    return 0;
  }
  const auto bytes = result > 0 ? static_cast<std::size_t>(result) : 0;
  gone_out_ += bytes;
  const auto frames = outbox_.sent(bytes);
  if (outbox_.empty())
    went_out();
  else if (result > 0 && outbox_.between_frames())
    traffic_.wants_turn(*this, traffic_.leftovers());  // there was more than one write takes
  else
    await_room();
  return frames;
}

// It may have said something before it went: the reader hears that, and then the end.
void PhoneSocket::stop_writing() {
  writable_ = false;
  outbox_.clear();
  gone_at_ = std::min(gone_at_, std::chrono::steady_clock::now() + limits::close_time);
  went_out();
}

void PhoneSocket::went_out() {
  kernel_bytes_ = 0;
  if (all_out_) all_out_->cancel();
}

void PhoneSocket::await_room() {
  kernel_bytes_ = unacknowledged_bytes(descriptor());
  plain_.async_wait(tcp::socket::wait_write,
                    [self = shared_from_this()](boost::system::error_code error) {
                      self->awaits_room_ = false;
                      if (!self->open_) return;
                      if (error) return self->hang_up();
                      self->traffic_.wants_turn(*self, self->traffic_.leftovers());
                    });
  awaits_room_ = true;
}

// One record at a time; the layer below takes as long as the phone does.
void PhoneSocket::write() {
  if (!open_ || !tls_->plain.empty()) return;
  std::array<iovec, 64> pieces;
  const auto count = outbox_.gather(pieces);
  auto& plain = tls_->plain;
  for (std::size_t i = 0; i < count && plain.size() < tls_record_bytes; ++i) {
    const auto* bytes = static_cast<const char*>(pieces[i].iov_base);
    const auto room = tls_record_bytes - plain.size();
    plain.insert(plain.end(), bytes, bytes + std::min(room, pieces[i].iov_len));
  }
  if (plain.empty()) return;
  tls_->stream.async_write_some(
      asio::buffer(plain),
      [self = shared_from_this()](boost::system::error_code error, std::size_t bytes) {
        self->encrypted(error, bytes);
      });
  awaits_room_ = true;
}

void PhoneSocket::encrypted(boost::system::error_code error, std::size_t bytes) {
  awaits_room_ = false;
  tls_->plain.clear();
  if (!open_) return;
  if (error) return stop_writing();
  gone_out_ += bytes;
  traffic_.count_write(outbox_.sent(bytes));
  if (!outbox_.empty()) return write();
  std::vector<char>().swap(tls_->plain);
  went_out();
}

void PhoneSocket::look_at_clock(SteadyTime now) {
  if (!open_) return;
  if (resting_) heard_at_ = now;  // it may well say something: nobody listens
  if (now >= gone_at_ || now - heard_at_ >= limits::silence_max) return hang_up();
  look_at_progress(now);
  if (closing() || pinged_ || now - heard_at_ < limits::silence_max / 2) return;
  pinged_ = true;
  push(std::make_shared<const OutgoingFrame>(ws::Op::ping, ""), traffic_.answers());
}

// Under TLS the kernel counts other bytes than went out here; that they change is enough.
void PhoneSocket::look_at_progress(SteadyTime now) {
  if (outbox_.empty()) {
    took_at_ = now;
    return;
  }
  kernel_bytes_ = unacknowledged_bytes(descriptor());
  const auto taken = gone_out_ - kernel_bytes_;
  if (taken != std::exchange(taken_, taken)) took_at_ = now;
  if (!closing() && now - took_at_ >= limits::stalled_time) give_up();
}

}  // namespace colo
