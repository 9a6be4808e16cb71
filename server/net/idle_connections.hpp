// The connections of one shard that nothing is done for: no whole request has
// arrived, or none since the last reply.
//
// Lives on its shard. Where a network has as many connections as it may, the
// oldest of these is closed to make room for a new one.
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
  /// The order in which they are closed: by how long they have been idle, and by nothing
  /// else. If those that never were served came first, a stranger could fill a network with
  /// connections that were, and every newcomer would be closed for the next one.
  struct Rank {
    SteadyTime since{};
    ConnectionId id{};
    auto operator<=>(const Rank&) const = default;
  };

  /// A connection is idle for as long as this lives. Movable.
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

  /// `close` is called once at most, and closes the connection at once.
  [[nodiscard]] Entry add(const std::string& network, Rank rank, std::function<void()> close) {
    open_.insert_or_assign({network, rank}, std::move(close));
    return Entry(this, {network, rank});
  }

  /// Of the one that close_first() would close; nothing where the network has none.
  std::optional<Rank> first(const std::string& network) const {
    const auto found = open_.lower_bound({network, Rank{}});
    if (found == open_.end() || found->first.first != network) return std::nullopt;
    return found->first.second;
  }

  /// False when the network has none.
  bool close_first(const std::string& network) {
    const auto rank = first(network);
    if (!rank) return false;
    const auto closing = open_.extract({network, *rank});
    closing.mapped()();
    return true;
  }

 private:
  // Ordered, not hashed: clients choose the addresses that they come from.
  std::map<std::pair<std::string, Rank>, std::function<void()>> open_;
};

}  // namespace colo
