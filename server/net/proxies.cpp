#include "net/proxies.hpp"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/beast/core/string.hpp>

#include "net/site.hpp"

namespace colo {

namespace ip = boost::asio::ip;

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the last part after a comma off `list`.
std::string_view take_last(std::string_view& list) {
  const auto comma = list.rfind(',');
  const auto last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
  return trimmed(last);
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

Caller TrustedProxies::caller(const Caller& peer, std::string_view forwarded_for,
                              std::string_view forwarded_proto) const {
  if (!trusts(peer.address)) return peer;
  Caller caller = peer;
  while (!forwarded_for.empty() && trusts(caller.address)) {
    boost::system::error_code garbage;
    const auto address = ip::make_address(take_last(forwarded_for), garbage);
    if (garbage) break;
    caller.address = address;
  }
  if (!forwarded_proto.empty())
    caller.secure = boost::beast::iequals(take_last(forwarded_proto), "https");
  return caller;
}

}  // namespace colo
