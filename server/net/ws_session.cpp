#include "net/ws_session.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/error.hpp>
#include <exception>

#include "domain/limits.hpp"
#include "runtime/log.hpp"
#include "wire/errors.hpp"

namespace colo {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace {

// Room for a typical drawing; what a large one took is given back after it.
constexpr std::size_t buffer_bytes_kept = 16 * 1024;

// The first of ours that the phone offers; none is as good as colo.v1.
std::optional<Encoding> choose_encoding(const WsSession::Upgrade& upgrade) {
  for (const auto& name : http::token_list(upgrade[http::field::sec_websocket_protocol])) {
    if (name == "colo.v1") return Encoding::binary;
    if (name == "colo.v1.json") return Encoding::json;
  }
  return std::nullopt;
}

// Whatever a phone calls itself, it is one short line in the log.
std::string printable(std::string_view name) {
  std::string text(name.substr(0, 64));
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c > 0x7E; }, '?');
  return text;
}

// A close frame's reason has room for 123 bytes (RFC 6455 §5.5).
websocket::close_reason reason_of(std::uint16_t code, std::string_view why) {
  why = why.substr(0, 120);
  return {static_cast<websocket::close_code>(code), beast::string_view(why.data(), why.size())};
}

asio::awaitable<result<Sessions::SignedIn>> redeem_on_first(Sessions& sessions, std::string ticket,
                                                            std::string token, ConnectionId socket,
                                                            Sessions::CloseSocket close) {
  if (const auto theirs = sessions.check_bearer(ticket, token); !theirs) co_return theirs.error();
  co_return sessions.redeem(ticket, socket, std::move(close));
}

}  // namespace

WsSession::WsSession(Stream stream, Services& services, Shard& shard, Connections& connections,
                     ConnectionId id)
    : socket_(std::move(stream)),
      services_(services),
      connections_(connections),
      id_(id),
      deadline_(shard.executor()),
      outbox_(shard.executor()) {}

asio::awaitable<void> WsSession::run(Upgrade upgrade, std::string token) {
  const auto self = shared_from_this();
  if (!co_await accept(std::move(upgrade))) co_return;
  connections_.add(id_, [weak = weak_from_this()] {
    if (const auto session = weak.lock())
      session->close(close_code(errc::restarting), "restarting");
  });
  start_task(socket_.get_executor(), write(self), "writing to a phone");
  try {
    if (co_await say_hello(std::move(token))) co_await listen();
    while (!ended_) co_await read_frame();  // until the close frames have crossed
  } catch (const std::exception& e) {
    // Our fault; the rooms must not keep a phone that nobody listens to.
    log::error("a phone was hung up on: {}", e.what());
    departure_ = Departure::dropped;
    outbox_.abandon();
  }
  finish();
}

asio::awaitable<bool> WsSession::accept(Upgrade upgrade) {
  socket_.next_layer().expires_never();  // the socket keeps its own times
  websocket::stream_base::timeout times{};
  times.handshake_timeout = limits::hello_time;
  times.idle_timeout = limits::silence_max;
  times.keep_alive_pings = true;
  socket_.set_option(times);
  socket_.read_message_max(limits::frame_read_max);

  const auto encoding = choose_encoding(upgrade);
  encoding_ = encoding.value_or(Encoding::binary);
  // Beast would say which version of it this is.
  const auto* name = !encoding ? "" : *encoding == Encoding::binary ? "colo.v1" : "colo.v1.json";
  socket_.set_option(websocket::stream_base::decorator([name](websocket::response_type& response) {
    response.set(http::field::server, "colo");
    if (*name != '\0') response.set(http::field::sec_websocket_protocol, name);
  }));
  const auto [error] = co_await socket_.async_accept(upgrade, asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

asio::awaitable<bool> WsSession::say_hello(std::string token) {
  deadline_.expires_after(limits::hello_time);
  deadline_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    const auto session = weak.lock();
    if (cancelled || !session) return;
    session->close(close_code(errc::no_hello), "no Hello");
  });
  auto frame = co_await read_frame();
  if (ended_ || outbox_.closing()) co_return false;
  deadline_.cancel();
  if (!frame) {
    close(close_code(frame.error().code), frame.error().detail);
    co_return false;
  }
  if (frame->frame_case() != v1::ClientFrame::kHello) {
    close(close_code(errc::bad_frame), "The first frame must be Hello.");
    co_return false;
  }
  auto who = co_await redeem(frame->hello().ticket(), std::move(token));
  if (!who) {
    close(close_code(who.error().code), "ticket");
    co_return false;
  }
  session_ = who->session;
  log::debug("a phone said hello: {}", printable(frame->hello().client()));
  conversation_.emplace(services_, shared_from_this(), std::move(*who));
  co_await conversation_->greet();
  co_return true;
}

asio::awaitable<result<Sessions::SignedIn>> WsSession::redeem(std::string ticket,
                                                              std::string token) {
  // Called on the first shard; the socket itself is only touched on its own.
  Sessions::CloseSocket close_later = [weak = weak_from_this(),
                                       executor = socket_.get_executor()](Ending why) {
    asio::post(executor, [weak, why] {
      if (const auto session = weak.lock())
        session->close(close_code(errc::signed_out), ending_word(why));
    });
  };
  auto redeeming = redeem_on_first(services_.sessions, std::move(ticket), std::move(token), id_,
                                   std::move(close_later));
  co_return co_await on(services_.shards.first(), std::move(redeeming));
}

asio::awaitable<void> WsSession::listen() {
  for (;;) {
    auto frame = co_await read_frame();
    if (ended_ || outbox_.closing()) co_return;
    if (!frame) {
      close(close_code(frame.error().code), frame.error().detail);
      co_return;
    }
    const auto bytes = buffer_.size();
    const auto heard = co_await conversation_->hear(std::move(*frame), bytes);
    if (heard) continue;
    close(close_code(heard.error().code), heard.error().detail);
    co_return;
  }
}

// ended_ says that the socket is done with, and departure_ how that came about.
asio::awaitable<result<v1::ClientFrame>> WsSession::read_frame() {
  buffer_.consume(buffer_.size());
  if (buffer_.capacity() > buffer_bytes_kept) buffer_.shrink_to_fit();
  const auto [error, bytes] =
      co_await socket_.async_read(buffer_, asio::as_tuple(asio::use_awaitable));
  if (error) {
    ended_ = true;
    if (error != websocket::error::closed && !outbox_.closing()) departure_ = Departure::dropped;
    outbox_.abandon();
    co_return errc::bad_frame;
  }
  const auto wanted = encoding_ == Encoding::binary;
  if (socket_.got_binary() != wanted)
    co_return Refusal(errc::bad_frame, wanted ? "colo.v1 takes binary messages."
                                              : "colo.v1.json takes text messages.");
  const auto data = buffer_.cdata();
  co_return read_client_frame({static_cast<const char*>(data.data()), data.size()}, encoding_);
}

void WsSession::deliver(const SharedFrame& frame) {
  if (outbox_.push(frame)) return;
  log::info("a phone read too slowly and was closed");
  departure_ = Departure::dropped;  // it will be back
  outbox_.close_now(reason_of(close_code(errc::too_slow), "too slow"));
  give_up_after(limits::close_time);
}

void WsSession::close(std::uint16_t code, std::string_view reason) {
  outbox_.close_after(reason_of(code, reason));
  give_up_after(limits::close_time);
}

void WsSession::give_up_after(std::chrono::seconds time) {
  deadline_.expires_after(time);
  deadline_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    const auto session = weak.lock();
    if (!cancelled && session) session->socket_.next_layer().close();
  });
}

asio::awaitable<void> WsSession::write(std::shared_ptr<WsSession> self) {
  co_await self->outbox_.write_all(self->socket_, self->encoding_);
}

void WsSession::finish() {
  deadline_.cancel();
  if (departure_ == Departure::dropped) socket_.next_layer().close();
  if (conversation_) conversation_->hang_up(departure_);
  if (session_) {
    asio::post(services_.shards.first().executor(),
               [&sessions = services_.sessions, session = *session_, id = id_] {
                 sessions.forget_socket(session, id);
               });
  }
  connections_.remove(id_);
}

}  // namespace colo
