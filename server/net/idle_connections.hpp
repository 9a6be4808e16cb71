// Connections that wait: for a complete first request, or for the next one after a reply.
//
// When a network has as many connections as it may, the one that has been idle for longest is
// evicted: closed for a new one.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "domain/ids.hpp"
#include "runtime/clock.hpp"

namespace colo {

class IdleConnections {
 public:
  /// The order of eviction: how long a connection has been idle, and nothing else. If those that
  /// were never served came first, a stranger could fill a network with connections that were
  /// served, and each new connection would be closed for the next one.
  struct Rank {
    SteadyTime since{};
    ConnectionId id{};
    auto operator<=>(const Rank&) const = default;
  };

  /// A connection counts as idle while this lives. Movable.
  class Entry {
   public:
    Entry(Entry&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), key_(std::move(other.key_)) {}
    Entry& operator=(Entry&&) = delete;
    ~Entry() {
      if (owner_) owner_->open_.erase(key_);
    }

   private:
    friend IdleConnections;
    Entry(IdleConnections* owner, std::pair<std::string, Rank> key)
        : owner_(owner), key_(std::move(key)) {}

    IdleConnections* owner_;
    std::pair<std::string, Rank> key_;
  };

  /// `close` must close the connection immediately. It is called at most once.
  [[nodiscard]] Entry add(const std::string& network, Rank rank, std::function<void()> close) {
    open_.insert_or_assign({network, rank}, std::move(close));
    return Entry(this, {network, rank});
  }

  /// The connection that evict_oldest() would close; none where the network has no idle one.
  std::optional<Rank> oldest(const std::string& network) const {
    const auto found = open_.lower_bound({network, Rank{}});
    if (found == open_.end() || found->first.first != network) return std::nullopt;
    return found->first.second;
  }

  /// Closes the oldest one. False when the network has no idle one.
  bool evict_oldest(const std::string& network) {
    const auto rank = oldest(network);
    if (!rank) return false;
    const auto closing = open_.extract({network, *rank});
    closing.mapped()();
    return true;
  }

 private:
  // Ordered, not hashed: clients choose their addresses, so they could force collisions.
  std::map<std::pair<std::string, Rank>, std::function<void()>> open_;
};

}  // namespace colo
