// Which names this server goes by, and whether a request comes from its own page.
//
// Guards against cross-site requests (the Origin must be exactly ours) and DNS
// rebinding (the Host must be known). Immutable; safe from any thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/errc.hpp"

namespace colo {

/// The server as one visitor addresses it.
struct Site {
  std::string host;     // name and port as a browser writes them in an Origin
  bool secure = false;  // reached through TLS, ours or that of a proxy in front of us
  std::string origin() const { return (secure ? "https://" : "http://") + host; }
  /// The name of the token's cookie. Cookies ignore ports (RFC 6265 §8.5), and several programs
  /// may share a host, so the port that the browser uses is in the name: "colo_token_5000".
  std::string cookie() const;
};

class Sites {
 public:
  /// `hosts`: further names besides those of the machine, `machine`; "https://name" for one
  /// that is reached through a TLS proxy. Without a dot at the end.
  Sites(const std::vector<std::string>& hosts, std::string_view machine);

  /// The same, of the machine this runs on.
  explicit Sites(const std::vector<std::string>& hosts);

  /// The site of a request, from its Host header, the address it reached this
  /// machine at, and whether it came through TLS. A Host is a name of ours or an
  /// address, written as browsers write it, with a port or none; what only
  /// resolves to the same (127.1) is not known here. A zone never stands in a Host
  /// (RFC 6874 §4). A name may end with the dot of the DNS root: browsers keep it, and
  /// such a page is an origin with cookies of its own. Errors: origin_refused.
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

/// Where the page is to be opened instead: the https address of a `site` that was
/// reached in plain http at `port`, when TLS is spoken on `https_port`. Somebody
/// who came by another port than ours came through a router that forwards; such
/// routers forward 443 as well, so no port is named then.
std::string https_origin(const Site& site, std::uint16_t port, std::uint16_t https_port);

/// An IPv4 address in IPv6's clothes as what it is.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

/// The network that tries are counted by: an IPv4 address, or an IPv6 /64.
std::string network_of(const boost::asio::ip::address& address);

/// The values of all cookies of that name in one Cookie header, in its order. Another path or
/// domain, or another program on the same host, can add more of a name.
std::vector<std::string> find_cookies(std::string_view header, std::string_view name);

}  // namespace colo
