// The open connections of one shard, so that stopping the server reaches them all, and those of
// them that are idle, so that one can be closed for a new connection.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "domain/ids.hpp"
#include "net/idle_connections.hpp"

namespace colo {

class Connections {
 public:
  using Stop = std::function<void()>;

  bool stopping() const { return stopping_; }
  bool empty() const { return open_.empty(); }

  /// `stop` asks the connection to close soon. It is called immediately when the server is
  /// stopping.
  void add(ConnectionId id, Stop stop) {
    if (stopping_) stop();
    open_.insert_or_assign(id, std::move(stop));
  }
  void remove(ConnectionId id) { open_.erase(id); }

  IdleConnections& idle() { return idle_; }
  std::optional<IdleConnections::Rank> oldest_idle(const std::string& network) const {
    return idle_.oldest(network);
  }
  bool evict_oldest_idle(const std::string& network) { return idle_.evict_oldest(network); }

  void stop_all() {
    stopping_ = true;
    const auto open = open_;  // a connection may remove itself meanwhile
    for (const auto& [id, stop] : open) stop();
  }

 private:
  std::unordered_map<ConnectionId, Stop> open_;
  IdleConnections idle_;
  bool stopping_ = false;
};

}  // namespace colo
