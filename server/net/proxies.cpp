#include "net/proxies.hpp"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/beast/core/string.hpp>
#include <optional>

#include "net/site.hpp"

namespace colo {

namespace ip = boost::asio::ip;

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Removes the last part of a comma-separated `list` and returns it.
std::string_view take_last(std::string_view& list) {
  const auto comma = list.rfind(',');
  const auto last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
  return trimmed(last);
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The address of "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]" or
// "[2001:db8::1]:4711", which may be quoted and have a zone.
std::optional<ip::address> read_address(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = trimmed(text.substr(1, text.size() - 2));
  const bool bracketed = text.starts_with('[');
  auto end = text.size();
  if (bracketed)
    end = text.find(']');
  else if (std::ranges::count(text, ':') == 1)
    end = text.find(':');
  if (end == std::string_view::npos) return std::nullopt;
  const auto rest = text.substr(bracketed ? end + 1 : end);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
  auto address_text = text.substr(0, end);
  if (bracketed) address_text.remove_prefix(1);
  boost::system::error_code garbage;
  const auto address = ip::make_address(address_text.substr(0, address_text.find('%')), garbage);
  const bool zoned = address_text.find('%') != std::string_view::npos;
  if (garbage || ((bracketed || zoned) && address.is_v4())) return std::nullopt;
  return address;
}

bool is_tls(std::string_view scheme) {
  return boost::beast::iequals(scheme, "https") || boost::beast::iequals(scheme, "wss");
}

}  // namespace

bool is_network(std::string_view text) {
  boost::system::error_code not_v4;
  boost::system::error_code not_v6;
  if (text.find('/') == std::string_view::npos) {
    ip::make_address(text, not_v4);
    return !not_v4;
  }
  ip::make_network_v4(text, not_v4);
  ip::make_network_v6(text, not_v6);
  return !not_v4 || !not_v6;
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& networks) {
  for (const auto& text : networks) networks_.push_back(parse(text));
}

TrustedProxies::Network TrustedProxies::parse(std::string_view text) {
  if (text.find('/') == std::string_view::npos) {
    const auto address = unmapped(ip::make_address(text));
    return {address, address.is_v4() ? 32u : 128u};
  }
  boost::system::error_code not_v4;
  const auto v4 = ip::make_network_v4(text, not_v4);
  if (!not_v4) return {v4.address(), v4.prefix_length()};
  const auto v6 = ip::make_network_v6(text);
  return {v6.address(), v6.prefix_length()};
}

bool TrustedProxies::holds(const Network& network, const ip::address& address) {
  if (network.address.is_v4() != address.is_v4()) return false;
  const auto same_start = [bits = network.prefix_bits](const auto& a, const auto& b) {
    for (unsigned i = 0; i < bits; ++i) {
      const unsigned mask = 0x80u >> (i % 8);
      if ((a[i / 8] & mask) != (b[i / 8] & mask)) return false;
    }
    return true;
  };
  if (address.is_v4())
    return same_start(network.address.to_v4().to_bytes(), address.to_v4().to_bytes());
  return same_start(network.address.to_v6().to_bytes(), address.to_v6().to_bytes());
}

bool TrustedProxies::trusts(const ip::address& address) const {
  const auto plain = unmapped(address);
  return std::ranges::any_of(networks_,
                             [&plain](const auto& network) { return holds(network, plain); });
}

ClientAddress TrustedProxies::client_address(const ClientAddress& peer,
                                             std::string_view forwarded_for,
                                             std::string_view forwarded_proto) const {
  if (!trusts(peer.address)) return peer;
  ClientAddress client = peer;
  while (!forwarded_for.empty() && trusts(client.address)) {
    const auto address = read_address(take_last(forwarded_for));
    if (!address) break;
    client.address = *address;
  }
  if (!forwarded_proto.empty())
    client.secure = is_tls(trimmed(forwarded_proto.substr(0, forwarded_proto.find(','))));
  return client;
}

}  // namespace colo
