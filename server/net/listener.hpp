// Accepts connections on one port: an acceptor on each shard, among which the kernel
// distributes them (SO_REUSEPORT).
//
// An exception in the handler, or a lack of file descriptors, does not end accepting.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <functional>

#include "net/tls.hpp"
#include "runtime/background_loops.hpp"
#include "runtime/owned.hpp"

namespace colo {

/// How connections of one port are served; by default in plain HTTP.
struct ListenerSettings {
  std::uint16_t port = 0;        // the one bound
  TlsContext tls;                // null: plain HTTP
  std::uint16_t https_port = 0;  // plain requests are redirected there; 0: they are answered
};

class Listener {
 public:
  /// Takes over a connection that was accepted on `shard`. Called there.
  using Handler = std::function<void(Shard& shard, boost::asio::ip::tcp::socket socket,
                                     const ListenerSettings& settings)>;

  /// Binds immediately. `endpoint` with port 0 takes a free port; the one of `settings` is filled
  /// in. Throws boost::system::system_error, address_in_use among others.
  Listener(Shards& shards, boost::asio::ip::tcp::endpoint endpoint, ListenerSettings settings,
           Handler handler);

  std::uint16_t port() const { return port_; }

  /// Accepts on every shard until it is stopped there.
  void start(BackgroundLoops& loops);

  /// Stops accepting on `shard`, which is the caller's own.
  void stop(Shard& shard);

  /// New connections speak TLS with this from now on.
  void use(const TlsContext& tls);

 private:
  struct Acceptor {
    boost::asio::ip::tcp::acceptor socket;
    ListenerSettings settings;
    bool refusing = false;  // the last accept failed; logged once until one works again

    void close();
    void use(TlsContext tls) { settings.tls = std::move(tls); }
  };

  asio::awaitable<void> accept(Owned<Acceptor>& owned);

  Handler handler_;
  std::uint16_t port_ = 0;
  std::deque<Owned<Acceptor>> acceptors_;  // one per shard
};

}  // namespace colo
