// Limits how many connections one network has open, so that no network can use all of them.
//
// Counts over all shards. When a network is at its limit, its connection that has been idle for
// longest (without a complete request) is closed for the new one. Must outlive the shards' tasks.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "net/connections.hpp"
#include "net/network_counts.hpp"
#include "runtime/owned.hpp"

namespace colo {

/// A connection's entry in its network's count, released with the last copy. Holds the
/// network's name. Null: the connection is not counted.
using ConnectionSlot = std::shared_ptr<const std::string>;

class ConnectionQuota {
 public:
  ConnectionQuota(std::size_t connections_max, Shards& shards, PerShard<Connections>& connections,
                  const Clock& clock);

  /// A slot for one more connection of `network`; null when the network is at its limit.
  asio::awaitable<ConnectionSlot> acquire(std::string network);

 private:
  asio::awaitable<bool> admit(const std::string& network);
  asio::awaitable<bool> evict_idle(const std::string& network);

  Owned<NetworkCounts> counts_;
  PerShard<Connections>& connections_;
};

}  // namespace colo
