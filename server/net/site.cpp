#include "net/site.hpp"

#include <algorithm>
#include <boost/asio/ip/host_name.hpp>

namespace colo {

namespace ip = boost::asio::ip;

namespace {

struct HostPort {
  std::string name;  // an IPv6 address without its brackets
  std::string port;  // empty: none
};

constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
constexpr std::string_view v6_characters = "abcdef0123456789:";

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.front() != '0' &&
         text.find_first_not_of("0123456789") == std::string_view::npos &&
         std::stoul(std::string(text)) <= 65535;
}

// "example.org:5000" → "example.org", "5000"; "[::1]" → "::1". Refuses a user, a path, a zone, an
// empty port and letters outside ASCII.
std::optional<HostPort> parse_host(std::string_view text) {
  const std::string host = lower_case(text);
  const bool v6 = host.starts_with('[');
  const auto end = v6 ? host.find(']') : host.find(':');
  if (v6 && end == std::string::npos) return std::nullopt;
  HostPort parsed;
  parsed.name = v6 ? host.substr(1, end - 1) : host.substr(0, end);
  if (parsed.name.empty() ||
      parsed.name.find_first_not_of(v6 ? v6_characters : name_characters) != std::string::npos)
    return std::nullopt;
  const auto rest = end == std::string::npos ? "" : host.substr(v6 ? end + 1 : end);
  if (rest.empty()) return parsed;
  parsed.port = rest.substr(1);
  if (rest.front() != ':' || !is_port(parsed.port)) return std::nullopt;
  return parsed;
}

// Browsers leave the default port out, whatever a proxy adds (RFC 6454 §6.2).
Site site_of(const HostPort& host, bool v6, bool secure) {
  std::string name = v6 ? "[" + host.name + "]" : host.name;
  if (!host.port.empty() && host.port != (secure ? "443" : "80")) name += ":" + host.port;
  return {std::move(name), secure};
}

// "example.org." is the same name (RFC 1034 §3.1).
std::string_view without_root(std::string_view name) {
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  return name;
}

// A link-local address as browsers write it: the zone is local to the machine.
ip::address without_zone(const ip::address& address) {
  return address.is_v6() ? ip::address_v6(address.to_v6().to_bytes()) : address;
}

// Empty when the machine has no name.
std::string machine_name() {
  boost::system::error_code error;
  auto name = ip::host_name(error);
  return error ? std::string() : name;
}

}  // namespace

std::string Site::cookie() const {
  const auto name_end = host.rfind(']');  // of an IPv6 address, which has colons of its own
  const auto colon = host.find(':', name_end == std::string::npos ? 0 : name_end);
  std::string port = secure ? "443" : "80";
  if (colon != std::string::npos) port = host.substr(colon + 1);
  return (secure ? "__Host-colo_token_" : "colo_token_") + port;
}

Sites::Sites(const std::vector<std::string>& hosts) : Sites(hosts, machine_name()) {}

Sites::Sites(const std::vector<std::string>& hosts, std::string_view machine) {
  // The first match counts. Configured names come first, because the machine's own name may be
  // the name of its TLS proxy.
  constexpr std::string_view https = "https://";
  for (const std::string_view host : hosts) {
    const bool secure = host.starts_with(https);
    names_.push_back({lower_case(secure ? host.substr(https.size()) : host), secure});
  }
  names_.push_back({"localhost", false});
  const auto name = lower_case(without_root(machine));
  const auto label = name.substr(0, name.find('.'));
  if (label.empty() || label == "localhost") return;
  names_.push_back({name, false});
  names_.push_back({label, false});             // as the network's search domain completes it
  names_.push_back({label + ".local", false});  // as mDNS announces it (RFC 6762 §3)
}

const Sites::Name* Sites::find(std::string_view name) const {
  const auto found = std::ranges::find(names_, name, &Name::name);
  return found == names_.end() ? nullptr : &*found;
}

result<Site> Sites::identify(std::string_view host, const ip::address& local, bool secure) const {
  if (const auto parsed = parse_host(host)) {
    const bool bracketed = host.starts_with('[');
    if (const auto* known = bracketed ? nullptr : find(without_root(parsed->name)))
      return site_of(*parsed, false, secure || known->secure);
    boost::system::error_code not_an_address;
    const auto address = ip::make_address(parsed->name, not_an_address);
    // Only the form that browsers write: "[0:0::1]" is a look-alike of "[::1]".
    const bool canonical =
        !not_an_address && address.to_string() == parsed->name && address.is_v6() == bracketed;
    if (canonical && (address == without_zone(unmapped(local)) || address.is_loopback()))
      return site_of(*parsed, address.is_v6(), secure);
  }
  return Refusal(errc::origin_refused,
                 "This server does not know that name. Its administrator can add it to hosts in "
                 "the [server] part of colo.toml.");
}

result<void> check_origin(const Site& site, std::string_view origin) {
  if (origin == site.origin()) return {};
  return errc::origin_refused;
}

std::string https_origin(const Site& site, std::uint16_t port, std::uint16_t https_port) {
  const auto parsed = parse_host(site.host);
  if (!parsed) return "https://" + site.host;
  const bool forwarded = (parsed->port.empty() ? "80" : parsed->port) != std::to_string(port);
  const HostPort there{parsed->name, forwarded ? "" : std::to_string(https_port)};
  return site_of(there, site.host.starts_with('['), true).origin();
}

ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::string network_of(const ip::address& address) {
  const auto plain = unmapped(address);
  if (plain.is_v4()) return plain.to_string();
  auto bytes = plain.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes).to_string();
}

std::vector<std::string> find_cookies(std::string_view header, std::string_view name) {
  std::vector<std::string> values;
  while (!header.empty()) {
    const auto end = header.find(';');
    auto pair = header.substr(0, end);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      values.emplace_back(pair.substr(equals + 1));
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return values;
}

}  // namespace colo
