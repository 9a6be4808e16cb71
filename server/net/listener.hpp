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
#include "net/services.hpp"

namespace colo {

class Listener {
 public:
  /// Binds at once; port 0 takes a free one. `connections`: one per shard.
  /// Throws boost::system::system_error, address_in_use among others.
  Listener(Services& services, std::vector<Connections>& connections,
           boost::asio::ip::tcp::endpoint endpoint);

  std::uint16_t port() const { return endpoint_.port(); }

  void start();

  /// No more arrivals. To be called on each shard for its own acceptor.
  void stop(Shard& shard);

 private:
  boost::asio::awaitable<void> accept(Shard& shard);

  Services& services_;
  std::vector<Connections>& connections_;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::vector<boost::asio::ip::tcp::acceptor> acceptors_;
};

}  // namespace colo
