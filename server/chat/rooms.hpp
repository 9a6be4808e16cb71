// All rooms of the server, and the lobbies where people choose among them.
//
// The set of rooms is fixed at the start. A room lives on the shard that its id hashes to; there
// is one lobby for each shard. When the number of people in a room changes, the list of rooms is
// published to the lobbies, at most once a second.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <deque>
#include <unordered_map>
#include <vector>

#include "chat/room.hpp"
#include "chat/subscribers.hpp"
#include "runtime/background_loops.hpp"
#include "runtime/event.hpp"
#include "runtime/owned.hpp"

namespace colo {

class Rooms {
 public:
  struct Intervals {
    std::chrono::milliseconds sweep{1000};
    std::chrono::milliseconds list{1000};  // between two publications of the list of rooms
  };

  Rooms(std::vector<RoomSpec> specs, Shards& shards, MessageLog& log, const Clock& clock,
        Rate drawings);
  /// For tests: with other intervals.
  Rooms(std::vector<RoomSpec> specs, Shards& shards, MessageLog& log, const Clock& clock,
        Rate drawings, Intervals intervals);

  /// Reads from the log where each room left off, then starts the background loops. Once, after
  /// the shards were started. Errors: storage_failed, busy.
  boost::asio::awaitable<result<void>> open(BackgroundLoops& loops);

  /// Null when there is no such room.
  Owned<Room>* find(const RoomId& id);

  /// In the order of the configuration.
  std::deque<Owned<Room>>& all() { return rooms_; }

  /// The list of rooms as it is now, in the order of the configuration.
  boost::asio::awaitable<std::vector<RoomView>> views();

  Owned<Lobby>& lobby(std::uint32_t shard) { return lobbies_[shard]; }

 private:
  boost::asio::awaitable<void> sweep(Shard& shard);
  boost::asio::awaitable<void> publish_list();

  Shards& shards_;
  const Intervals intervals_;
  Owned<Event> list_changed_;
  std::deque<Owned<Room>> rooms_;
  std::unordered_map<RoomId, Owned<Room>*> by_id_;
  PerShard<Lobby> lobbies_;
};

}  // namespace colo
