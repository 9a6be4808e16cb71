// The names of this server, and the check that a request comes from its own page.
//
// Protects against cross-site requests (the Origin must match exactly) and DNS rebinding (the Host
// must be known). Immutable.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/errc.hpp"

namespace colo {

/// The server as one client addresses it.
struct Site {
  std::string host;     // name and port as a browser writes them in an Origin
  bool secure = false;  // reached through TLS, ours or a proxy's
  std::string origin() const { return (secure ? "https://" : "http://") + host; }
  /// The name of the token's cookie: "colo_token_5000". It holds the port that the browser uses,
  /// because cookies ignore ports (RFC 6265 §8.5) and several programs may share a host.
  std::string cookie() const;
};

class Sites {
 public:
  /// `machine` is the machine's own name, `hosts` are further names: "https://name" for one that
  /// is reached through a TLS proxy. Without a dot at the end.
  Sites(const std::vector<std::string>& hosts, std::string_view machine);

  /// The same with the name of this machine.
  explicit Sites(const std::vector<std::string>& hosts);

  /// The site of a request, from its Host header, the `local` address of the connection, and
  /// whether it came through TLS. Host must be a known name or an address, written as browsers
  /// write it, with or without a port: 127.1 is unknown, and a zone is refused (RFC 6874 §4). A
  /// name may end with the dot of the DNS root: browsers keep the dot, and such a page is an origin
  /// of its own. Errors: origin_refused.
  result<Site> identify(std::string_view host, const boost::asio::ip::address& local,
                        bool secure) const;

 private:
  struct Name {
    std::string name;
    bool secure = false;
  };
  const Name* find(std::string_view name) const;

  std::vector<Name> names_;
};

/// The request's Origin must be the site's own. Errors: origin_refused.
result<void> check_origin(const Site& site, std::string_view origin);

/// The https origin of a `site` that was reached in plain http on `port`, where TLS is spoken on
/// `https_port`. A client that used another port came through a router that forwards ports; such
/// routers forward 443 too, so the origin then has no port.
std::string https_origin(const Site& site, std::uint16_t port, std::uint16_t https_port);

/// Converts an IPv4-mapped IPv6 address to IPv4 (RFC 4291 §2.5.5.2).
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

/// The network that limits count by: an IPv4 address, or an IPv6 /64.
std::string network_of(const boost::asio::ip::address& address);

/// The values of all cookies called `name` in one Cookie header, in their order. Other paths,
/// domains and programs on the same host can add cookies of the same name.
std::vector<std::string> find_cookies(std::string_view header, std::string_view name);

}  // namespace colo
