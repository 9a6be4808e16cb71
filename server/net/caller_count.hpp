// How many connections each network has open, so that none takes all there can be.
//
// Lives on the first shard. Forgets a network with its last connection.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "domain/seeded_hash.hpp"
#include "runtime/clock.hpp"

namespace colo {

class CallerCount {
 public:
  CallerCount(std::size_t connections_max, const Clock& clock)
      : connections_max_(connections_max), clock_(clock) {}

  /// False when the network has connections_max open.
  bool enter(const std::string& network);
  /// Counts one more in place of one that is being closed and leaves soon.
  void replace(const std::string& network) { ++open_[network]; }
  /// After enter() was false and nothing can be closed: says so in the log, now and then.
  void refuse(const std::string& network);
  /// Once for each time that enter() was true, and for each replace().
  void leave(const std::string& network);

 private:
  std::size_t connections_max_;
  const Clock& clock_;
  std::unordered_map<std::string, std::size_t, SeededHash> open_;
  SteadyTime said_at_{};
};

/// A connection's place in the count, given back when nobody holds it any more: the
/// name of its network, or null where it is not counted.
using CallerPlace = std::shared_ptr<const std::string>;

}  // namespace colo
