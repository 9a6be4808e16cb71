// All rooms of the server, and the lobbies where people choose among them.
//
// find() and all() only read what is fixed at the start and may be called from
// any shard; each Room is then reached on its home. A lobby is told when the
// list's occupancies change, at most once a second.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <unordered_map>
#include <vector>

#include "chat/room.hpp"
#include "chat/subscribers.hpp"

namespace colo {

class Rooms {
 public:
  Rooms(std::vector<RoomSpec> specs, Shards& shards, MessageLog& log, const Clock& clock,
        Rate drawings);

  /// Learns from the log where each room left off, then keeps the rooms swept.
  /// Once, after the shards were started. Errors: storage_failed.
  boost::asio::awaitable<result<void>> open();

  /// Null when there is no such room.
  Room* find(const RoomId& id) const;

  /// In the order of the configuration.
  std::vector<Room*> all() const;

  /// The list of rooms in the order of the configuration, as it is now.
  boost::asio::awaitable<std::vector<RoomView>> views();

  /// The lobby of a shard; to be used on that shard.
  Lobby& lobby(std::uint32_t shard) { return *lobbies_[shard]; }

 private:
  boost::asio::awaitable<void> sweep(Shard& shard);
  void occupancy_changed();
  boost::asio::awaitable<void> tell_lobbies();

  Shards& shards_;
  std::vector<std::unique_ptr<Room>> rooms_;
  std::unordered_map<RoomId, Room*> by_id_;
  std::vector<std::unique_ptr<Lobby>> lobbies_;
  bool telling_ = false;     // first shard only
  bool tell_again_ = false;  // first shard only
};

}  // namespace colo
