// The clients that receive the frames of a room, and those that receive the list of rooms.
//
// A Subscriber is one client's connection as a room sees it. Subscribers and Lobby hold those of
// one shard: a room posts one frame to each Subscribers, never one to each client. A connection is
// in a Subscribers at most once. Each of them publishes in a flow of its own: the connections of a
// shard are written to flow by flow, so no room waits for another.
#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/ids.hpp"
#include "runtime/shard.hpp"
#include "wire/frames.hpp"

namespace colo {

/// Both functions queue the frame, in the order of the calls, without waiting. They must not
/// call back into the room or its subscribers.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual ConnectionId connection() const = 0;

  /// A frame for this client alone.
  virtual void reply(const SharedFrame& frame) = 0;
  /// A frame that many clients get, in `flow`.
  virtual void publish(const SharedFrame& frame, FlowId flow) = 0;
};

class Subscribers {
 public:
  explicit Subscribers(Shard& shard) : flow_(shard.next_flow()) {}

  void add(std::shared_ptr<Subscriber> subscriber) {
    const auto same = [&](const auto& s) { return s->connection() == subscriber->connection(); };
    if (std::ranges::none_of(subscribers_, same)) subscribers_.push_back(std::move(subscriber));
  }

  void remove(ConnectionId connection) {
    std::erase_if(subscribers_, [&](const auto& s) { return s->connection() == connection; });
  }

  void publish(const SharedFrame& frame) {
    for (const auto& subscriber : subscribers_) subscriber->publish(frame, flow_);
  }

  /// To all but the connections in `except`.
  void publish_except(const SharedFrame& frame, const std::vector<ConnectionId>& except) {
    for (const auto& subscriber : subscribers_)
      if (std::ranges::find(except, subscriber->connection()) == except.end())
        subscriber->publish(frame, flow_);
  }

 private:
  std::vector<std::shared_ptr<Subscriber>> subscribers_;
  FlowId flow_;
};

/// The clients that are in no room: they watch the list of rooms.
class Lobby {
 public:
  explicit Lobby(Shard& shard) : flow_(shard.next_flow()) {}

  void enter(std::shared_ptr<Subscriber> subscriber) {
    const auto connection = subscriber->connection();
    subscribers_.insert_or_assign(connection, std::move(subscriber));
  }
  void leave(ConnectionId connection) { subscribers_.erase(connection); }

  /// The frame that was published last; null at first.
  const SharedFrame& last() const { return last_; }

  void publish(const SharedFrame& frame) {
    last_ = frame;
    for (const auto& [connection, subscriber] : subscribers_) subscriber->publish(frame, flow_);
  }

 private:
  std::unordered_map<ConnectionId, std::shared_ptr<Subscriber>> subscribers_;
  SharedFrame last_;
  FlowId flow_;
};

}  // namespace colo
