// Checks the connections of a shard twice a second: pings silent ones and ends those that do not
// answer or do not read.
//
// Keepalive calls each connection; Liveness decides, as values only, what is to be done with one.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <cstddef>

#include "runtime/clock.hpp"
#include "runtime/shard.hpp"

namespace colo {

class Keepalive {
  using Link =
      boost::intrusive::list_base_hook<boost::intrusive::tag<Keepalive>,
                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

 public:
  /// Unlinks itself when it is destroyed.
  class Connection : public Link {
   public:
    virtual ~Connection() = default;
    virtual void check(SteadyTime now) = 0;
  };

  explicit Keepalive(Shard& shard) : shard_(shard) {}
  Keepalive(const Keepalive&) = delete;
  Keepalive& operator=(const Keepalive&) = delete;
  ~Keepalive() { connections_.clear(); }

  void add(Connection& connection) { connections_.push_back(connection); }

  /// Calls check() of each, also when one throws. That is logged.
  void check_all(SteadyTime now);

  /// Calls check_all() twice a second, without end.
  boost::asio::awaitable<void> run();

 private:
  Shard& shard_;
  boost::intrusive::list<Connection, boost::intrusive::base_hook<Link>,
                         boost::intrusive::constant_time_size<false>>
      connections_;
};

class Liveness {
 public:
  enum class Action { none, ping, close_too_slow, abort };

  /// The send queue, as it is at the time of a check.
  struct Sending {
    SteadyTime deadline;       // of the connection
    bool closing = false;      // the closing frame is queued or was sent
    bool waiting = false;      // something waits to be written
    std::size_t progress = 0;  // see SendQueue::progress(); used only when `waiting`
  };

  explicit Liveness(SteadyTime now) : received_at_(now), progressed_at_(now) {}

  /// Bytes arrived from the client, or reading is paused, so bytes may have arrived unread.
  void received(SteadyTime now) {
    received_at_ = now;
    pinged_ = false;
  }

  /// abort: the deadline has passed, or nothing arrived for limits::silence_max. close_too_slow:
  /// the client took nothing for limits::stalled_time. ping: nothing arrived for half of
  /// silence_max, returned once.
  Action check(SteadyTime now, const Sending& sending);

 private:
  SteadyTime received_at_;
  SteadyTime progressed_at_;  // nothing waited, or the client took something
  std::size_t progress_ = 0;
  bool pinged_ = false;
};

}  // namespace colo
