// How many connections each network has open.
//
// A network is an IPv4 address or an IPv6 /64 (network_of() in site.hpp). Its entry is removed
// with its last connection, so the table is as large as the number of open connections.
#pragma once

#include <string>
#include <unordered_map>

#include "domain/seeded_hash.hpp"
#include "runtime/clock.hpp"

namespace colo {

class NetworkCounts {
 public:
  NetworkCounts(std::size_t connections_max, const Clock& clock)
      : connections_max_(connections_max), clock_(clock) {}

  /// Counts one more. False when the network has connections_max open.
  bool enter(const std::string& network);
  /// Counts one more although the network is full: another of its connections was closed for it.
  void replace(const std::string& network) { ++open_[network]; }
  /// Logs, at most once a second, that a connection of the network was refused.
  void log_refusal(const std::string& network);
  /// Must follow each enter() that gave true, and each replace().
  void leave(const std::string& network);

 private:
  std::size_t connections_max_;
  const Clock& clock_;
  std::unordered_map<std::string, std::size_t, SeededHash> open_;
  SteadyTime logged_at_{};
};

}  // namespace colo
