#include "wire/ink_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "domain/ink.hpp"
#include "domain/limits.hpp"

namespace colo {
namespace {

Refusal malformed(int stroke, std::string_view what) {
  return {errc::drawing_malformed, fmt::format("Stroke {}: {}.", stroke + 1, what)};
}

result<void> check_points(const v1::Stroke& stroke, int index) {
  std::int64_t x = 0;
  std::int64_t y = 0;
  for (int i = 0; i < stroke.points_size(); i += 2) {
    x += stroke.points(i);
    y += stroke.points(i + 1);
    if (x < 0 || x > ink::canvas_width || y < 0 || y > ink::canvas_height) {
      return Refusal(
          errc::drawing_off_canvas,
          fmt::format("Stroke {}: point {} is at {}, {}; the canvas is {} by {}.", index + 1,
                      i / 2 + 1, x, y, ink::canvas_width, ink::canvas_height));
    }
  }
  return {};
}

// Along x and y. A stroke's first point is its position, not a distance.
std::int64_t length_of(const v1::Drawing& drawing) {
  std::int64_t length = 0;
  for (const auto& stroke : drawing.strokes())
    for (int i = 2; i < stroke.points_size(); ++i)
      length += std::abs(static_cast<std::int64_t>(stroke.points(i)));
  return length;
}

result<void> check_tool(const v1::Stroke& stroke, int index) {
  switch (stroke.tool()) {
    case v1::TOOL_PEN:
    case v1::TOOL_ERASER:
    case v1::TOOL_MARKER:
    case v1::TOOL_RAINBOW:
    case v1::TOOL_PIXEL:
      if (stroke.stamp() != 0) return malformed(index, "it has a sign but is no stamp");
      return {};
    case v1::TOOL_STAMP:
      if (!ink::is_stamp(stroke.stamp()))
        return malformed(index, fmt::format("there is no stamp {}", stroke.stamp()));
      if (stroke.points_size() > 2) return malformed(index, "a stamp has one point");
      return {};
    default:
      return Refusal(errc::drawing_tool, fmt::format("Stroke {}: tool {} is not known here.",
                                                     index + 1, static_cast<int>(stroke.tool())));
  }
}

result<void> check_stroke(const v1::Stroke& stroke, int index) {
  if (auto checked = check_tool(stroke, index); !checked) return checked;
  if (stroke.rgb() > ink::rgb_max) return malformed(index, "the colour is not 0xRRGGBB");
  if (stroke.width() < 1 || stroke.width() > limits::width_max)
    return malformed(index, fmt::format("the width is {}; it must be 1 to {}", stroke.width(),
                                        limits::width_max));
  if (stroke.start_ms() > limits::drawing_ms_max || stroke.duration_ms() > limits::drawing_ms_max)
    return malformed(index, "it took longer than a day");
  if (stroke.points_size() == 0) return malformed(index, "it has no points");
  if (stroke.points_size() % 2 != 0) return malformed(index, "its last point has no y");
  if (stroke.pressure_size() != 0 && stroke.pressure_size() != stroke.points_size() / 2)
    return malformed(index, "it has not one pressure for each point");
  for (const auto pressure : stroke.pressure())
    if (pressure > ink::pressure_max) return malformed(index, "a pressure is above 255");
  return check_points(stroke, index);
}

bool has_unknown_fields(const google::protobuf::Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

}  // namespace

result<void> check_strokes(const v1::Drawing& drawing) {
  for (int i = 0; i < drawing.strokes_size(); ++i)
    if (auto checked = check_stroke(drawing.strokes(i), i); !checked) return checked;
  return {};
}

result<std::string> check_drawing(v1::Drawing& drawing) {
  if (drawing.version() != ink::drawing_version)
    return Refusal(errc::drawing_version,
                   fmt::format("The drawing's version is {}; this server knows {}.",
                               drawing.version(), ink::drawing_version));
  if (drawing.paper() > ink::rgb_max)
    return Refusal(errc::drawing_malformed, "The paper's colour is not 0xRRGGBB.");
  if (static_cast<std::size_t>(drawing.strokes_size()) > limits::strokes_max)
    return Refusal(errc::drawing_too_big, fmt::format("The drawing has {} strokes; {} is the most.",
                                                      drawing.strokes_size(), limits::strokes_max));
  std::size_t coordinates = 0;
  for (const auto& stroke : drawing.strokes())
    coordinates += static_cast<std::size_t>(stroke.points_size());
  if (coordinates == 0) return errc::drawing_blank;
  const std::size_t points = coordinates / 2;
  if (points > limits::points_max)
    return Refusal(errc::drawing_too_big, fmt::format("The drawing has {} points; {} is the most.",
                                                      points, limits::points_max));
  if (auto checked = check_strokes(drawing); !checked) return checked.error();

  if (const auto length = length_of(drawing); length > limits::ink_length_max)
    return Refusal(errc::drawing_too_big,
                   fmt::format("The drawing's lines are {} canvas units long; {} is the most.",
                               length, limits::ink_length_max));

  // Rare, so check first: DiscardUnknownFields() allocates an UnknownFieldSet per stroke.
  if (has_unknown_fields(drawing) || std::ranges::any_of(drawing.strokes(), has_unknown_fields))
    drawing.DiscardUnknownFields();
  std::string bytes = drawing.SerializeAsString();
  if (bytes.size() > limits::frame_bytes_max)
    return Refusal(errc::drawing_too_big, fmt::format("The drawing is {} bytes; {} is the most.",
                                                      bytes.size(), limits::frame_bytes_max));
  return bytes;
}

}  // namespace colo
