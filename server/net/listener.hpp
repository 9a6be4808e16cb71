// Where phones arrive: one acceptor per shard on the same port.
//
// Made and started from outside the shards; each acceptor then lives on its
// own, and the kernel spreads arrivals over them (SO_REUSEPORT).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <vector>

#include "net/connections.hpp"
#include "net/http_session.hpp"
#include "net/services.hpp"

namespace colo {

class Listener {
 public:
  /// Binds at once; port 0 takes a free one, and so does that of `door`, which is
  /// not looked at. `connections`: one per shard. Throws
  /// boost::system::system_error, address_in_use among others.
  Listener(Services& services, std::vector<Connections>& connections,
           boost::asio::ip::tcp::endpoint endpoint, Door door);

  std::uint16_t port() const { return endpoint_.port(); }

  void start();

  /// No more arrivals. To be called on each shard for its own acceptor.
  void stop(Shard& shard);

  /// Connections from now on speak TLS with this. To be called on each shard.
  void use(Shard& shard, TlsContext tls) { doors_[shard.index()].tls = std::move(tls); }

 private:
  boost::asio::awaitable<void> accept(Shard& shard);
  boost::asio::awaitable<void> receive(Shard& shard, boost::asio::ip::tcp::socket socket);
  boost::asio::awaitable<CallerPlace> count(std::string network);
  boost::asio::awaitable<bool> close_idle(std::string network);

  Services& services_;
  std::vector<Connections>& connections_;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::vector<Door> doors_;  // one per shard, touched there
  std::vector<boost::asio::ip::tcp::acceptor> acceptors_;
};

}  // namespace colo
