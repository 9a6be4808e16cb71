#include "app/addresses.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <memory>

#include "net/qr.hpp"

namespace colo {

namespace ip = boost::asio::ip;

namespace {

struct Port {
  std::uint16_t number;
  bool tls;
};

std::string url_of(const std::string& name, Port port) {
  if (port.tls && port.number == 443) return "https://" + name;
  return fmt::format("{}://{}:{}", port.tls ? "https" : "http", name, port.number);
}

std::string url_of(const ip::address& address, Port port) {
  const auto text = address.to_string();
  return url_of(address.is_v6() ? "[" + text + "]" : text, port);
}

bool is_private(std::uint32_t v4) {
  return (v4 >> 24) == 10 || (v4 >> 20) == 0xAC1 || (v4 >> 16) == 0xC0A8;  // RFC 1918
}

bool is_virtual(const std::string& interface) {
  for (const auto* prefix : {"docker", "br-", "veth", "virbr", "vmnet", "tun", "tap", "wg"})
    if (interface.starts_with(prefix)) return true;
  return false;
}

int rank_of(const std::string& interface, const ip::address& address) {
  if (address.is_loopback()) return 4;
  if (is_virtual(interface)) return 3;
  if (address.is_v4() && is_private(address.to_v4().to_uint())) return 0;
  return address.is_v4() ? 1 : 2;
}

std::optional<ip::address> address_of(const sockaddr* raw, bool v6_too) {
  if (!raw) return std::nullopt;
  if (raw->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(raw);
    return ip::address_v4(ntohl(v4->sin_addr.s_addr));
  }
  if (raw->sa_family == AF_INET6 && v6_too) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(raw);
    ip::address_v6::bytes_type bytes;
    std::copy_n(v6->sin6_addr.s6_addr, bytes.size(), bytes.begin());
    const ip::address_v6 address(bytes);
    if (!address.is_link_local()) return address;  // browsers cannot open those
  }
  return std::nullopt;
}

std::vector<Address> machine_addresses(const std::string& host, Port port) {
  const auto bound = ip::make_address(host);
  if (!bound.is_unspecified()) return {{"", url_of(bound, port), 0}};

  std::vector<Address> found;
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) == 0) {
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> list(raw, freeifaddrs);
    for (const auto* entry = raw; entry; entry = entry->ifa_next) {
      if (!(entry->ifa_flags & IFF_UP)) continue;
      if (const auto address = address_of(entry->ifa_addr, bound.is_v6()))
        found.push_back(
            {entry->ifa_name, url_of(*address, port), rank_of(entry->ifa_name, *address)});
    }
  }
  if (found.empty()) found.push_back({"lo", url_of(ip::address_v4::loopback(), port), 4});
  return found;
}

}  // namespace

std::vector<Address> reachable_addresses(const std::string& host, std::uint16_t number, bool tls,
                                         const std::vector<std::string>& hosts) {
  const Port port{number, tls};
  auto found = machine_addresses(host, port);
  constexpr std::string_view https = "https://";
  for (const auto& host_name : hosts) {
    const bool proxied = host_name.starts_with(https) && !tls;
    const auto name = host_name.starts_with(https) ? host_name.substr(https.size()) : host_name;
    if (proxied || tls)
      found.push_back({"", proxied ? std::string(https) + name : url_of(name, port), -1});
  }
  std::ranges::stable_sort(found, {}, &Address::rank);
  return found;
}

std::optional<std::string> qr_code(const std::string& text, Escapes escapes) {
  const auto rows = qr_rows(text);
  if (!rows) return std::nullopt;
  constexpr int quiet = 2;  // modules of margin, which readers need
  const int width = static_cast<int>(rows->size());
  const auto dark = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= width || y >= width) return false;
    return (*rows)[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '1';
  };
  // On a dark background characters are light, so draw the light modules.
  const bool coloured = escapes == Escapes::yes;
  const auto drawn = [&](int x, int y) { return dark(x, y) == coloured; };
  std::string art;
  for (int y = -quiet; y < width + quiet; y += 2) {
    art += "  ";
    if (coloured) art += "\x1b[30;107m";  // black on white, independent of the terminal's colours
    for (int x = -quiet; x < width + quiet; ++x) {
      const bool above = drawn(x, y);
      const bool below = drawn(x, y + 1);
      art += above && below ? "█" : above ? "▀" : below ? "▄" : " ";
    }
    art += coloured ? "\x1b[0m\n" : "\n";
  }
  return art;
}

}  // namespace colo
