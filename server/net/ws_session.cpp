#include "net/ws_session.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <exception>

#include "domain/limits.hpp"
#include "runtime/log.hpp"
#include "wire/errors.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::uint16_t normal_closure = 1000;  // RFC 6455 §7.4.1

// The client's name from Hello, as one short line for the log.
std::string printable(std::string_view name) {
  std::string text(name.substr(0, 64));
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c > 0x7E; }, '?');
  return text;
}

// The cost of a frame besides its bytes and those of the reply.
std::chrono::nanoseconds work_of(v1::ClientFrame::FrameCase frame) {
  switch (frame) {
    case v1::ClientFrame::kJoin:
    case v1::ClientFrame::kHistory:
      return limits::work::per_page;
    case v1::ClientFrame::kSend:
    case v1::ClientFrame::kDelete:
      return limits::work::per_write;
    case v1::ClientFrame::kLeave:
    case v1::ClientFrame::kPen:
      return limits::work::per_notice;
    default:
      return {};
  }
}

}  // namespace

WsSession::WsSession(std::shared_ptr<WsConnection> connection, Services& services,
                     Connections& connections, ConnectionId id, ConnectionSlot slot)
    : socket_(std::move(connection)),
      services_(services),
      connections_(connections),
      id_(id),
      slot_(std::move(slot)) {}

void WsSession::start(Shard& shard, std::vector<std::string> tokens) {
  connections_.add(id_, [weak = weak_from_this()] {
    if (const auto session = weak.lock())
      session->close(close_code(errc::restarting), "restarting");
  });
  start_task(shard.executor(), keep_and_run(shared_from_this(), std::move(tokens)),
             "serving a WebSocket");
}

asio::awaitable<void> WsSession::keep_and_run(std::shared_ptr<WsSession> self,
                                              std::vector<std::string> tokens) {
  co_await self->run(std::move(tokens));
}

asio::awaitable<void> WsSession::run(std::vector<std::string> tokens) {
  try {
    if (co_await read_hello(std::move(tokens))) co_await read_frames();
    while (!ended_) co_await read_frame();  // until both close frames were sent
  } catch (const std::exception& e) {
    // Our bug. The rooms must not keep a client whose connection is no longer read.
    log::error("a WebSocket was closed after an error: {}", e.what());
    departure_ = Departure::dropped;
    socket_->abort();
  }
  leave();
  const auto idle = allow_eviction();
  co_await socket_->close_gracefully();
  connections_.remove(id_);
}

// While the entry lives, the connection may be closed for a new one of its network.
std::optional<IdleConnections::Entry> WsSession::allow_eviction() {
  if (!slot_) return std::nullopt;
  return connections_.idle().add(*slot_, {services_.clock.now(), id_}, [weak = weak_from_this()] {
    if (const auto session = weak.lock()) session->socket_->abort();
  });
}

asio::awaitable<bool> WsSession::read_hello(std::vector<std::string> tokens) {
  const auto idle = allow_eviction();  // before sign-in
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer deadline(executor, limits::hello_time);
  deadline.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    const auto session = weak.lock();
    if (cancelled || !session) return;
    session->close(close_code(errc::no_hello), "no Hello");
  });
  auto frame = co_await read_frame();
  if (ended_ || socket_->closing()) co_return false;
  deadline.cancel();
  if (!frame) {
    close(close_code(frame.error().code), frame.error().detail);
    co_return false;
  }
  if ((*frame)->frame_case() != v1::ClientFrame::kHello) {
    close(close_code(errc::bad_frame), "The first frame must be Hello.");
    co_return false;
  }
  const auto& hello = (*frame)->hello();
  log::debug("Hello from {}", printable(hello.client()));
  auto signed_in = co_await redeem(hello.ticket(), std::move(tokens));
  if (!signed_in) {
    close(close_code(signed_in.error().code), "ticket");
    co_return false;
  }
  session_ = signed_in->session;
  socket_->sign_in(std::move(signed_in->budget));
  const auto page_bytes = socket_->encoding() == Encoding::binary ? limits::page_bytes_max
                                                                  : limits::json_page_bytes_max;
  handler_.emplace(services_, shared_from_this(), std::move(*signed_in), page_bytes);
  co_await handler_->welcome();
  co_return true;
}

asio::awaitable<result<SignedIn>> WsSession::redeem(std::string ticket,
                                                    std::vector<std::string> tokens) {
  const auto executor = co_await asio::this_coro::executor;
  CloseSocket close_later = [weak = weak_from_this(), executor](Ending why) {
    asio::post(executor, [weak, why] {
      if (const auto session = weak.lock())
        session->close(close_code(errc::signed_out), ending_word(why));
    });
  };
  auto redeeming = services_.sessions.call(&SessionTable::redeem, std::move(ticket),
                                           std::move(tokens), id_, std::move(close_later));
  co_return co_await std::move(redeeming);
}

asio::awaitable<void> WsSession::read_frames() {
  for (;;) {
    auto frame = co_await read_frame();
    if (ended_ || socket_->closing()) co_return;
    if (!frame) {
      close(close_code(frame.error().code), frame.error().detail);
      co_return;
    }
    socket_->charge(work_of((*frame)->frame_case()));
    const auto handled = co_await handler_->handle_frame(**frame, frame_bytes_);
    if (handled) continue;
    close(close_code(handled.error().code), handled.error().detail);
    co_return;
  }
}

asio::awaitable<result<v1::ClientFrame*>> WsSession::read_frame() {
  for (;;) {
    const auto event = co_await socket_->read();
    if (!event) {
      ended_ = true;
      if (!socket_->has_closing_frame()) departure_ = Departure::dropped;
      socket_->abort();
      co_return errc::bad_frame;
    }
    switch (event->kind) {
      case ws::Event::Kind::ping:
      case ws::Event::Kind::pong:
        if (handle_control(*event)) break;
        co_return errc::flooding;
      case ws::Event::Kind::close:
      case ws::Event::Kind::violation:
        end(*event);
        co_return errc::bad_frame;
      case ws::Event::Kind::message:
        if (socket_->closing()) break;  // no reply would be sent
        frame_bytes_ = event->payload.size();
        co_return read(*event);
    }
  }
}

bool WsSession::handle_control(const ws::Event& event) {
  if (socket_->closing()) return true;
  if (handler_ && !handler_->count_frame()) return false;
  if (event.kind == ws::Event::Kind::pong) return true;
  socket_->charge(limits::work::per_pong);
  socket_->pong(event.payload);
  return true;
}

result<v1::ClientFrame*> WsSession::read(const ws::Event& message) {
  const auto encoding = socket_->encoding();
  const bool wanted = encoding == Encoding::binary;
  if (message.binary != wanted)
    return Refusal(errc::bad_frame,
                   wanted ? "colo.v1 takes binary messages." : "colo.v1.json takes text messages.");
  auto& reader = socket_->io().frame_reader();
  const auto bytes = message.payload.size();
  if (bytes > limits::frame_bytes_max) {
    socket_->charge(bytes * limits::work::per_unparsed_byte);
    return reader.read_outline(message.payload, encoding);
  }
  socket_->charge(bytes * (wanted ? limits::work::per_binary_byte : limits::work::per_json_byte));
  return reader.read(message.payload, encoding);
}

// A Close is answered with its own code (RFC 6455 §5.5.1), unless it is an answer itself.
void WsSession::end(const ws::Event& event) {
  ended_ = true;
  if (event.kind == ws::Event::Kind::violation) departure_ = Departure::dropped;
  socket_->close(event.code == ws::no_code ? normal_closure : event.code, "");
}

void WsSession::reply(const SharedFrame& frame) {
  const auto per_byte = socket_->encoding() == Encoding::binary ? limits::work::per_binary_byte_out
                                                                : limits::work::per_json_byte_out;
  socket_->charge(limits::work::per_answer + frame->bytes().size() * per_byte);
  socket_->send(frame);
}

void WsSession::publish(const SharedFrame& frame, FlowId flow) {
  socket_->send(frame, flow);
}

void WsSession::leave() {
  if (socket_->too_slow()) departure_ = Departure::dropped;  // it will reconnect
  if (handler_) handler_->leave_all(departure_);
  if (!session_) return;
  services_.sessions.post(&SessionTable::forget_socket, *session_, id_);
}

}  // namespace colo
