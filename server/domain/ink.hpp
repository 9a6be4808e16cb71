// The canvas, in units that all clients share.
#pragma once

#include <cstdint>
#include <string_view>

namespace colo::ink {

inline constexpr std::int32_t canvas_width = 2048;   // units; a point may lie on the edge
inline constexpr std::int32_t canvas_height = 1536;  // units; 4:3
inline constexpr std::uint32_t drawing_version = 1;
inline constexpr std::uint32_t rgb_max = 0xFFFFFF;
inline constexpr std::uint32_t pressure_max = 255;

// The stamps, as listed in protocol/stamps.txt.
inline constexpr std::u32string_view stamps =
    U"abcdefghijklmnopqrstuvwxyz"
    U"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    U"0123456789.,:;!?¡¿'\"()/\\-_+=*#@%&~<>$€"
    U"äöüßàáâéèêëíóôúùñçÄÖÜÉÈÑÇ"
    U"♥★☺☹♪✓✗☀☁☂✿☾←→↑↓";

constexpr bool is_stamp(std::uint32_t code_point) {
  return stamps.find(static_cast<char32_t>(code_point)) != stamps.npos;
}

}  // namespace colo::ink
