#include "net/connection_quota.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

namespace colo {

namespace {

// Another new connection may take the slot of an evicted one first.
constexpr int eviction_attempts = 2;

}  // namespace

ConnectionQuota::ConnectionQuota(std::size_t connections_max, Shards& shards,
                                 PerShard<Connections>& connections, const Clock& clock)
    : counts_(shards.first(), connections_max, clock), connections_(connections) {}

asio::awaitable<ConnectionSlot> ConnectionQuota::acquire(std::string network) {
  const bool admitted = co_await admit(network);
  if (!admitted) {
    counts_.post(&NetworkCounts::log_refusal, std::move(network));
    co_return nullptr;
  }
  co_return ConnectionSlot(new std::string(std::move(network)), [this](const std::string* counted) {
    counts_.post(&NetworkCounts::leave, *counted);
    delete counted;
  });
}

asio::awaitable<bool> ConnectionQuota::admit(const std::string& network) {
  const bool entered = co_await counts_.call(&NetworkCounts::enter, network);
  if (entered) co_return true;
  const bool evicted = co_await evict_idle(network);
  if (evicted) {
    counts_.post(&NetworkCounts::replace, network);
    co_return true;
  }
  // A connection that closes at this moment is not idle, but its leave() is queued already. The
  // post puts our second try behind it.
  co_await asio::post(counts_.home().executor(), asio::use_awaitable);
  co_return co_await counts_.call(&NetworkCounts::enter, network);
}

// Bounded work: one query to each shard, one command to the shard with the oldest connection.
asio::awaitable<bool> ConnectionQuota::evict_idle(const std::string& network) {
  for (int attempt = 0; attempt < eviction_attempts; ++attempt) {
    std::optional<IdleConnections::Rank> oldest;
    Owned<Connections>* holder = nullptr;
    for (auto& connections : connections_) {
      const auto found = co_await connections.call(&Connections::oldest_idle, network);
      if (!found || (oldest && *oldest <= *found)) continue;
      oldest = found;
      holder = &connections;
    }
    if (!holder) co_return false;
    const bool evicted = co_await holder->call(&Connections::evict_oldest_idle, network);
    if (evicted) co_return true;
  }
  co_return false;
}

}  // namespace colo
