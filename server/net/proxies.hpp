// Who really calls, when a proxy stands in between.
//
// Only a proxy that whoever runs the server has named is believed: anybody can
// write X-Forwarded-For. The newer `Forwarded` header (RFC 7239) is not read;
// Caddy and nginx do not send it unasked. Immutable; safe from any thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace colo {

/// One side of a connection, as far as it can be believed.
struct Caller {
  boost::asio::ip::address address;
  bool secure = false;  // TLS from the caller to the first proxy, or to us
};

class TrustedProxies {
 public:
  /// `networks`: each as is_network() takes it.
  explicit TrustedProxies(const std::vector<std::string>& networks);

  bool trusts(const boost::asio::ip::address& address) const;

  /// Who calls through `peer`. Addresses are listed in `forwarded_for` from the
  /// farthest to the nearest: the last that is not a trusted proxy is the
  /// caller's. A port, brackets, quotes and a zone are left out; what is no
  /// address ends the walk at the proxy that wrote it.
  ///
  /// `forwarded_proto` is the scheme the caller used, "https" or, of an upgrade
  /// through Traefik, "wss". Of a list the first counts: proxies that add to it
  /// put the next hop behind it. It is as true as the trusted proxies make it: one
  /// that passes on what its callers write lets them claim TLS. They gain nothing
  /// by it: it chooses the cookie's name and the Origin that their own request must
  /// have, and no page can make a browser send that header.
  Caller caller(const Caller& peer, std::string_view forwarded_for,
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

/// Is this an address, or a network as in "10.0.0.0/8"?
bool is_network(std::string_view text);

}  // namespace colo
