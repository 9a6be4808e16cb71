// Finds the client of a request that came through a reverse proxy.
//
// Only configured proxies are trusted, because any client can send X-Forwarded-For. The `Forwarded`
// header (RFC 7239) is not read: Caddy and nginx do not send it by default. Immutable.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace colo {

/// Where a request comes from, as far as the headers can be trusted.
struct ClientAddress {
  boost::asio::ip::address address;
  bool secure = false;  // TLS from the client to the first proxy, or to us
};

class TrustedProxies {
 public:
  /// `networks`: each as is_network() takes it.
  explicit TrustedProxies(const std::vector<std::string>& networks);

  bool trusts(const boost::asio::ip::address& address) const;

  /// The client behind `peer`. `forwarded_for` lists addresses from the farthest to the nearest:
  /// the last that is not a trusted proxy is the client's. A port, brackets, quotes and a zone are
  /// ignored. Text that is no address ends the search at the proxy that wrote it.
  ///
  /// `forwarded_proto` is the scheme that the client used: "https" or, for an upgrade through
  /// Traefik, "wss". The first entry of a list counts: proxies append the next hop. A proxy that
  /// passes its clients' own header on lets them claim TLS. They gain nothing: the scheme chooses
  /// the cookie's name and the Origin of their own request, and no page can set that header.
  ClientAddress client_address(const ClientAddress& peer, std::string_view forwarded_for,
                               std::string_view forwarded_proto) const;

 private:
  struct Network {
    boost::asio::ip::address address;
    unsigned prefix_bits = 0;
  };
  static Network parse(std::string_view text);
  static bool holds(const Network& network, const boost::asio::ip::address& address);

  std::vector<Network> networks_;
};

/// Whether `text` is an address, or a network such as "10.0.0.0/8".
bool is_network(std::string_view text);

}  // namespace colo
