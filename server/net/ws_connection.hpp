// One client's WebSocket after its handshake: events come out of read(), frames go out through the
// send queue.
//
// One coroutine reads; any code on the shard may send. An idle connection is a few hundred bytes,
// without TLS. It is pinged when it is silent and ended when it does not answer or does not read
// (Keepalive).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "net/frame_source.hpp"
#include "net/keepalive.hpp"
#include "net/send_queue.hpp"
#include "net/shard_io.hpp"
#include "wire/frames.hpp"

namespace colo {

class WsConnection final : public Keepalive::Connection,
                           public std::enable_shared_from_this<WsConnection> {
 public:
  /// `received`: bytes that came together with the upgrade request.
  WsConnection(Stream stream, ShardIo& io, Encoding encoding, std::string received);

  Encoding encoding() const { return encoding_; }
  ShardIo& io() const { return io_; }

  /// The client's next event; nothing when the connection has ended. Waits while the person's
  /// budget is spent. Valid until the caller waits for something.
  boost::asio::awaitable<std::optional<ws::Event>> read();

  /// The client signed in: from now on messages may be larger, and work is charged to `budget`.
  void sign_in(std::shared_ptr<Budget> budget) { frames_.sign_in(std::move(budget)); }
  void charge(std::chrono::nanoseconds work) { frames_.charge(work); }

  /// Queues a binary frame, in the client's encoding.
  void send(const SharedFrame& frame, FlowId flow = WriteScheduler::replies);
  /// Answers a ping, unless the client does not read what waits for it.
  void pong(std::string_view payload);

  /// The send queue's functions of the same name.
  void close(std::uint16_t code, std::string_view reason) { queue_->close(code, reason); }
  boost::asio::awaitable<void> close_gracefully() { return queue_->close_gracefully(); }
  bool too_slow() const { return queue_->too_slow(); }
  bool closing() const { return queue_->closing(); }
  bool has_closing_frame() const { return queue_->has_closing_frame(); }

  /// Closes immediately, and ends read().
  void abort();

  int socket() { return queue_->socket(); }
  void check(SteadyTime now) override;

 private:
  boost::asio::awaitable<void> pause(SteadyTime until);
  boost::asio::awaitable<std::optional<std::span<char>>> receive();

  ShardIo& io_;
  Encoding encoding_;
  std::shared_ptr<SendQueue> queue_;
  FrameSource frames_;
  Liveness liveness_;
  std::unique_ptr<boost::asio::steady_timer> paused_;  // read() waits for the budget
  bool more_to_read_ = false;                          // the last read filled its buffer
  bool blocked_ = false;  // the last read needs the socket before it can go on
};

}  // namespace colo
