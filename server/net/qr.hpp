// QR codes, as squares of dark and light modules.
//
// A pure function.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace colo {

/// `text` as the rows of a QR code, '1' for dark and '0' for light, without a
/// margin; nothing if it does not fit one.
std::optional<std::vector<std::string>> qr_rows(const std::string& text);

}  // namespace colo
