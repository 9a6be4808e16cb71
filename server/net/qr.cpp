#include "net/qr.hpp"

#include <qrencode.h>

#include <memory>

namespace colo {

std::optional<std::vector<std::string>> qr_rows(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L), QRcode_free);
  if (!code) return std::nullopt;
  const auto width = static_cast<std::size_t>(code->width);
  std::vector<std::string> rows(width, std::string(width, '0'));
  for (std::size_t y = 0; y < width; ++y)
    for (std::size_t x = 0; x < width; ++x)
      if (code->data[y * width + x] & 1) rows[y][x] = '1';
  return rows;
}

}  // namespace colo
