// One phone's WebSocket after its handshake: what it says comes out of read(),
// what is sent goes out in order and is bounded.
//
// Lives on its shard; one reads, anybody sends. Idle, it is a few hundred bytes.
// After the closing frame nothing more is sent. A phone that says nothing is
// pinged, and then given up (limits::silence_max); one that lags too far behind, or
// takes nothing for too long, is closed with 4508. What is read and done for a phone
// is charged to its person: while their budget is spent, read() waits.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "domain/limits.hpp"
#include "net/outbox.hpp"
#include "net/stream.hpp"
#include "net/traffic.hpp"
#include "runtime/budget.hpp"
#include "wire/websocket.hpp"

namespace colo {

class PhoneSocket final : public Recipient, public std::enable_shared_from_this<PhoneSocket> {
 public:
  /// `came`: what was read already, beyond the handshake.
  PhoneSocket(Stream stream, Traffic& traffic, Encoding encoding, std::string came);

  Encoding encoding() const { return encoding_; }
  Traffic& traffic() const { return traffic_; }

  /// What the phone says next; nothing when the connection is gone. Valid until
  /// the caller waits for something.
  boost::asio::awaitable<std::optional<ws::Event>> read();

  /// Somebody signed in on it: from here on messages may be larger than a Hello, and what is
  /// done for the phone is charged to `budget`.
  void admit(std::shared_ptr<Budget> budget);
  /// So much was done for it. Before somebody signed in, hello_frames_max is the bound.
  void charge(std::chrono::nanoseconds work) { owed_ += work; }

  /// A binary frame, in the phone's encoding; in `queue`, or as an answer. Closes the phone
  /// when it lags by outbox_bytes_max.
  void send(const SharedFrame& frame, TurnQueue& queue);
  void send(const SharedFrame& frame) { send(frame, traffic_.answers()); }

  /// The last frame: after what waits, or instead of it. The phone has close_time
  /// to answer; then the connection is gone.
  void close(std::uint16_t code, std::string_view reason);
  void close_now(std::uint16_t code, std::string_view reason);
  /// It was closed because it lagged, or took nothing.
  bool too_slow() const { return too_slow_; }
  bool closing() const { return said_last() || !open_; }
  bool said_last() const { return outbox_.closing(); }

  /// Answers a ping, unless the phone does not even read what waits for it.
  void pong(std::string_view payload);

  /// Writes what waits, within close_time, and closes so that it arrives. Nobody reads any more.
  boost::asio::awaitable<void> say_goodbye();

  /// Closes at once.
  void hang_up();

  int socket() override { return tls_ ? -1 : plain_.native_handle(); }
  void write() override;
  std::size_t gather(std::span<iovec> pieces) override;
  std::size_t wrote(ssize_t result) override;
  void look_at_clock(SteadyTime now) override;

 private:
  // What encrypting needs besides; most of it only while something is written.
  struct Tls {
    explicit Tls(Stream stream) : stream(std::move(stream)) {}
    Stream stream;
    std::vector<char> unread;
    std::vector<char> plain;  // handed to the encrypting layer; empty: it is idle
  };

  bool must_rest();
  boost::asio::awaitable<void> rest();
  std::optional<ws::Event> next_event(std::span<char>& bytes);
  boost::asio::awaitable<std::span<char>> receive();
  boost::asio::awaitable<std::span<char>> receive_plain();
  void push(const SharedFrame& frame, TurnQueue& queue);
  void look_at_progress(SteadyTime now);
  void give_up();
  int descriptor() { return tls_ ? tls_->stream.native_handle() : plain_.native_handle(); }
  void await_room();
  void stop_writing();
  void encrypted(boost::system::error_code error, std::size_t bytes);
  void went_out();

  Traffic& traffic_;
  Encoding encoding_;
  boost::asio::ip::tcp::socket plain_;  // closed where there is tls_
  std::unique_ptr<Tls> tls_;
  Outbox outbox_;
  ws::FrameReader reader_{limits::hello_bytes_max};
  std::shared_ptr<Budget> budget_;  // none: nobody signed in yet
  std::chrono::nanoseconds owed_{0};
  SteadyTime rests_until_{};
  std::unique_ptr<boost::asio::steady_timer> resting_;
  std::size_t early_frames_ = 0;  // that came before somebody signed in
  std::string unread_;            // came with what was read before
  std::size_t unread_from_ = 0;
  std::unique_ptr<boost::asio::steady_timer> all_out_;  // somebody waits for the outbox
  SteadyTime heard_at_;
  SteadyTime gone_at_ = SteadyTime::max();  // hung up then
  // While something waits: what the kernel holds, as of late, and when less of it all was left.
  std::size_t kernel_bytes_ = 0;
  std::size_t gone_out_ = 0;
  std::size_t taken_ = 0;  // of gone_out_, by the phone
  SteadyTime took_at_{};
  bool open_ = true;
  bool writable_ = true;
  bool pinged_ = false;
  bool too_slow_ = false;
  bool more_to_read_ = false;
  bool awaits_room_ = false;  // the kernel's, in the socket's send buffer
};

}  // namespace colo
