// QR codes, as rows of dark and light modules. A pure function.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace colo {

/// `text` as the rows of a QR code without a margin: '1' is dark, '0' is light. Nothing when the
/// text does not fit into a QR code.
std::optional<std::vector<std::string>> qr_rows(const std::string& text);

}  // namespace colo
