// The canvas, in the units that every phone agrees on.
#pragma once

#include <cstdint>

namespace colo::ink {

inline constexpr std::int32_t canvas_width = 2048;   // units; a point may lie on the edge
inline constexpr std::int32_t canvas_height = 1536;  // units; 4:3
inline constexpr std::uint32_t drawing_version = 1;
inline constexpr std::uint32_t rgb_max = 0xFFFFFF;
inline constexpr std::uint32_t pressure_max = 255;

}  // namespace colo::ink
