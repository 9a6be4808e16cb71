// The open connections of one shard, so that stopping can reach them all.
//
// Lives on its shard.
#pragma once

#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/ids.hpp"
#include "net/idle_connections.hpp"

namespace colo {

class Connections {
 public:
  using Stop = std::function<void()>;

  bool stopping() const { return stopping_; }
  bool empty() const { return open_.empty(); }

  /// `stop` asks the connection to end itself soon; asked at once when stopping already.
  void add(ConnectionId id, Stop stop) {
    if (stopping_) stop();
    open_.insert_or_assign(id, std::move(stop));
  }
  void remove(ConnectionId id) { open_.erase(id); }

  /// Those of them that nothing is done for.
  IdleConnections& idle() { return idle_; }

  void stop_all() {
    stopping_ = true;
    const auto open = open_;  // a connection may remove itself while it is asked
    for (const auto& [id, stop] : open) stop();
  }

 private:
  std::unordered_map<ConnectionId, Stop> open_;
  IdleConnections idle_;
  bool stopping_ = false;
};

}  // namespace colo
