// Under which addresses a phone can reach this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/terminal.hpp"

namespace colo {

struct Address {
  std::string interface;  // "wlan0"; empty for a name
  std::string url;        // "http://192.168.1.20:5000"
  int rank = 0;           // lower is likelier to be the one a phone would use
};

/// The addresses that a server on `host` (an address, or 0.0.0.0 or :: for all)
/// and `port` has on this machine, likeliest first. Never empty. Under TLS those
/// are "https://…", and the names in `hosts` come before all: certificates are
/// for names. Without, those come first that a proxy in front answers to.
std::vector<Address> reachable_addresses(const std::string& host, std::uint16_t port, bool tls,
                                         const std::vector<std::string>& hosts);

/// `text` as a QR code of two-row blocks; nothing if it does not fit one. With escapes it
/// has colours of its own, without it takes the background for dark. Lines end with a newline.
std::optional<std::string> qr_code(const std::string& text, Escapes escapes);

}  // namespace colo
