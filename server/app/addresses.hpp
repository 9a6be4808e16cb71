// The addresses under which other devices can reach this machine.
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
  int rank = 0;           // lower: more likely reachable from other devices
};

/// The addresses of a server that listens on `host` (an address, or 0.0.0.0 or :: for all) and
/// `port`, the most likely first. Never empty. Under TLS they are "https://…", and the names in
/// `hosts` come first, because certificates are for names. Without TLS the names that a TLS proxy
/// serves come first.
std::vector<Address> reachable_addresses(const std::string& host, std::uint16_t port, bool tls,
                                         const std::vector<std::string>& hosts);

/// `text` as a QR code of half-block characters; nothing if it is too long. With escapes it sets
/// its colours, without it assumes a dark background. Lines end with a newline.
std::optional<std::string> qr_code(const std::string& text, Escapes escapes);

}  // namespace colo
