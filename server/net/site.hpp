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
  std::string host;     // the Host header: name and port
  bool secure = false;  // reached through TLS, by a proxy in front of this server
  std::string origin() const { return (secure ? "https://" : "http://") + host; }
  std::string_view cookie() const { return secure ? "__Host-colo_token" : "colo_token"; }
};

class Sites {
 public:
  /// `hosts`: further names besides the machine's own; "https://name" for one
  /// that is reached through a TLS proxy.
  explicit Sites(const std::vector<std::string>& hosts);

  /// The site of a request, from its Host header and the address it reached
  /// this machine at. Errors: origin_refused for a Host that is not known here.
  result<Site> identify(std::string_view host, const boost::asio::ip::address& local) const;

 private:
  struct Name {
    std::string name;
    bool secure = false;
  };
  std::vector<Name> names_;
};

/// The request's Origin must be the site's own. Errors: origin_refused.
result<void> check_origin(const Site& site, std::string_view origin);

/// The network that tries are counted by: an IPv4 address, or an IPv6 /64.
std::string network_of(const boost::asio::ip::address& address);

/// The value of one cookie in a Cookie header.
std::optional<std::string> find_cookie(std::string_view header, std::string_view name);

}  // namespace colo
