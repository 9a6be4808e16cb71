#include "net/site.hpp"

#include <boost/asio/ip/host_name.hpp>
#include <boost/beast/core/string.hpp>

namespace colo {

namespace beast = boost::beast;
namespace ip = boost::asio::ip;

namespace {

// A socket that listens on :: has IPv4 addresses in IPv6's clothes.
ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

// "example.org:5000" → "example.org"; "[::1]:5000" → "::1".
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

bool has_only_host_characters(std::string_view host) {
  return !host.empty() &&
         host.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:[]") ==
             std::string_view::npos;
}

}  // namespace

Sites::Sites(const std::vector<std::string>& hosts) {
  // First, for the first that fits counts: a machine may be called what its
  // TLS proxy answers to.
  constexpr std::string_view https = "https://";
  for (const std::string_view host : hosts) {
    const bool secure = host.starts_with(https);
    names_.push_back(
        {std::string(without_port(secure ? host.substr(https.size()) : host)), secure});
  }
  boost::system::error_code error;
  const std::string machine = ip::host_name(error);  // without one, the machine has no name
  names_.push_back({"localhost", false});
  if (!error && !machine.empty()) {
    names_.push_back({machine, false});
    names_.push_back({machine + ".local", false});  // as mDNS announces it
  }
}

result<Site> Sites::identify(std::string_view host, const ip::address& local) const {
  const auto name = without_port(host);
  if (has_only_host_characters(host)) {
    for (const auto& known : names_)
      if (beast::iequals(known.name, name)) return Site{std::string(host), known.secure};
    boost::system::error_code not_an_address;
    const auto address = ip::make_address(name, not_an_address);
    if (!not_an_address && (address == unmapped(local) || address.is_loopback()))
      return Site{std::string(host), false};
  }
  return Refusal(errc::origin_refused,
                 "This server does not go by that name. Whoever runs it can add it to hosts in "
                 "the [server] part of colo.toml.");
}

result<void> check_origin(const Site& site, std::string_view origin) {
  if (beast::iequals(origin, site.origin())) return {};
  return errc::origin_refused;
}

std::string network_of(const ip::address& address) {
  const auto plain = unmapped(address);
  if (plain.is_v4()) return plain.to_string();
  auto bytes = plain.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes).to_string();
}

std::optional<std::string> find_cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = header.find(';');
    auto pair = header.substr(0, end);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return std::string(pair.substr(equals + 1));
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace colo
