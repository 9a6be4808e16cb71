#include "net/stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <new>

#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// -1 when it was closed: another connection may have its descriptor by now.
int socket_of(BIO* bio) {
  return static_cast<tcp::socket*>(BIO_get_data(bio))->native_handle();
}

// OpenSSL's own socket BIO would block, and a write to a closed connection would raise SIGPIPE.
int bio_read(BIO* bio, char* into, int bytes) {
  const auto result = recv(socket_of(bio), into, static_cast<std::size_t>(bytes), MSG_DONTWAIT);
  BIO_clear_retry_flags(bio);
  if (result < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(result);
}

int bio_write(BIO* bio, const char* from, int bytes) {
  const auto result =
      send(socket_of(bio), from, static_cast<std::size_t>(bytes), MSG_DONTWAIT | MSG_NOSIGNAL);
  BIO_clear_retry_flags(bio);
  if (result < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(result);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (!made) throw std::bad_alloc();
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

// `socket` outlives it.
BIO* make_bio(tcp::socket& socket) {
  auto* bio = BIO_new(socket_method());
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, &socket);
  BIO_set_init(bio, 1);
  return bio;
}

void begin_call() {
  ERR_clear_error();  // SSL_get_error() reads the thread's whole queue
  errno = 0;
}

// Of a call that SSL_get_error() calls SSL_ERROR_SSL or SSL_ERROR_SYSCALL.
boost::system::error_code error_of(int saved_errno) {
  if (const auto code = ERR_get_error(); code != 0)
    return {static_cast<int>(code), asio::error::get_ssl_category()};
  if (saved_errno != 0) return {saved_errno, boost::system::system_category()};
  return asio::error::eof;
}

}  // namespace

void Stream::State::close() {
  boost::system::error_code closed;  // nothing is left to do if it fails
  socket.close(closed);
  deadline.reset();
}

ssize_t Stream::State::read(std::span<char> into) {
  if (!ssl) {
    const auto bytes = recv(socket.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    return bytes < 0 ? -errno : bytes;
  }
  begin_call();
  read_waits_for = Wait::wait_read;
  const int bytes = SSL_read(ssl.get(), into.data(), static_cast<int>(into.size()));
  return bytes > 0 ? bytes : failed(bytes, read_waits_for);
}

ssize_t Stream::State::write(std::span<const iovec> pieces) {
  if (!ssl) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg() only reads them
    message.msg_iovlen = pieces.size();
    const auto bytes = sendmsg(socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    return bytes < 0 ? -errno : bytes;
  }
  std::array<char, record_bytes_max> copied;  // SSL_write() takes one piece
  const char* from = copied.data();
  std::size_t size = 0;
  if (pieces.size() == 1) {
    from = static_cast<const char*>(pieces[0].iov_base);
    size = std::min(pieces[0].iov_len, record_bytes_max);
  } else {
    for (const auto& piece : pieces) {
      const auto some = std::min(piece.iov_len, copied.size() - size);
      std::memcpy(copied.data() + size, piece.iov_base, some);
      size += some;
    }
  }
  begin_call();
  write_waits_for = Wait::wait_write;
  const int bytes = SSL_write(ssl.get(), from, static_cast<int>(size));
  if (bytes > 0) return bytes;
  const auto result = failed(bytes, write_waits_for);
  return result == 0 ? -EPIPE : result;
}

ssize_t Stream::State::failed(int result, Wait& waits_for) {
  const int saved_errno = errno;
  switch (SSL_get_error(ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      waits_for = Wait::wait_read;
      return -EAGAIN;
    case SSL_ERROR_WANT_WRITE:
      waits_for = Wait::wait_write;
      return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:  // close_notify
      return 0;
    case SSL_ERROR_SYSCALL:
      return -saved_errno;  // 0: the connection ended
    default:
      return -EPROTO;
  }
}

void Stream::expires_after(std::chrono::nanoseconds time) {
  auto& deadline = state_->deadline;
  deadline = std::make_unique<asio::steady_timer>(get_executor(), time);
  deadline->async_wait([weak = std::weak_ptr(state_), timer = deadline.get()](auto cancelled) {
    const auto state = weak.lock();
    if (cancelled || !state || state->deadline.get() != timer) return;
    if (timer->expiry() > std::chrono::steady_clock::now()) return;  // one made later
    state->timed_out = true;
    state->close();
  });
}

asio::ip::address Stream::local() const {
  boost::system::error_code gone;  // reading reports it
  return state_->socket.local_endpoint(gone).address();
}

asio::ip::address Stream::remote() const {
  boost::system::error_code gone;  // reading reports it
  return state_->socket.remote_endpoint(gone).address();
}

bool Stream::has_read_bytes() const {
  return state_->ssl && SSL_pending(state_->ssl.get()) > 0;
}

asio::awaitable<boost::system::error_code> Stream::wait(Wait waits_for) {
  boost::system::error_code error;
  co_await state_->socket.async_wait(waits_for, asio::redirect_error(asio::use_awaitable, error));
  if (state_->timed_out) error = asio::error::timed_out;
  co_return error;
}

asio::awaitable<boost::system::result<char>> Stream::peek() {
  for (;;) {
    const auto error = co_await wait(Wait::wait_read);
    if (error) co_return error;
    char first = 0;
    const auto bytes = recv(native_handle(), &first, 1, MSG_DONTWAIT | MSG_PEEK);
    if (bytes == 1) co_return first;
    if (bytes == 0) co_return asio::error::make_error_code(asio::error::eof);
    if (errno != EAGAIN && errno != EINTR)
      co_return boost::system::error_code(errno, boost::system::system_category());
  }
}

asio::awaitable<boost::system::error_code> Stream::encrypt(asio::ssl::context& context) {
  const auto state = state_;
  state->ssl.reset(SSL_new(context.native_handle()));
  if (!state->ssl) throw std::bad_alloc();
  auto* ssl = state->ssl.get();
  auto* bio = make_bio(state->socket);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_accept_state(ssl);
  for (;;) {
    begin_call();
    const int result = SSL_do_handshake(ssl);
    const int saved_errno = errno;
    if (result == 1) co_return boost::system::error_code{};
    const int reason = SSL_get_error(ssl, result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
      co_return error_of(saved_errno);
    const auto error =
        co_await wait(reason == SSL_ERROR_WANT_READ ? Wait::wait_read : Wait::wait_write);
    if (error) co_return error;
  }
}

asio::awaitable<void> Stream::close_gracefully() {
  const auto state = state_;
  expires_after(limits::close_time);
  boost::system::error_code error;
  while (state->ssl && !error) {
    begin_call();
    const int result = SSL_shutdown(state->ssl.get());
    if (result >= 0 || SSL_get_error(state->ssl.get(), result) != SSL_ERROR_WANT_WRITE) break;
    error = co_await wait(Wait::wait_write);
  }
  state->socket.shutdown(tcp::socket::shutdown_send, error);
  // Discarded as it comes; under TLS it need not be decrypted.
  std::array<char, 4096> unread;
  for (std::size_t discarded = 0; !error && discarded < limits::lingering_close_bytes_max;) {
    error = co_await wait(Wait::wait_read);
    if (error) break;
    const auto bytes = recv(native_handle(), unread.data(), unread.size(), MSG_DONTWAIT);
    if (bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (bytes > 0) discarded += static_cast<std::size_t>(bytes);
  }
  close();
}

}  // namespace colo
