// One room's subscribers on all shards.
//
// Posts a frame once to each shard that has connections of the room, never once for each of them.
// A connection's frames arrive in the order of the calls.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "chat/subscribers.hpp"
#include "runtime/owned.hpp"
#include "runtime/shard.hpp"
#include "wire/frames.hpp"

namespace colo {

class RoomSubscribers {
 public:
  explicit RoomSubscribers(Shards& shards);

  /// The connection entered the room. Nothing is published to it before reply_to() subscribes it.
  void add(ConnectionId connection);
  void remove(ConnectionId connection);

  /// Sends `frame` to the connection alone, then subscribes it if `subscribe`. The subscriber is
  /// locked and released on its own shard only.
  void reply_to(ConnectionId connection, std::weak_ptr<Subscriber> subscriber, SharedFrame frame,
                bool subscribe);

  /// To all connections but those named.
  void publish(const SharedFrame& frame, const std::vector<ConnectionId>& except = {});

 private:
  PerShard<Subscribers> subscribers_;
  std::vector<std::size_t> connections_;  // in the room, for each shard
};

}  // namespace colo
