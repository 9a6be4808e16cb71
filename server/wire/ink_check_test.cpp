#include "wire/ink_check.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "domain/ink.hpp"
#include "domain/limits.hpp"
#include "domain/utf8.hpp"

namespace colo {
namespace {

v1::Drawing dot() {
  v1::Drawing drawing;
  drawing.set_version(1);
  drawing.set_paper(0xFFFFFF);
  auto& stroke = *drawing.add_strokes();
  stroke.set_tool(v1::TOOL_PEN);
  stroke.set_width(12);
  stroke.add_points(10);
  stroke.add_points(20);
  return drawing;
}

errc refused(const std::function<void(v1::Drawing&, v1::Stroke&)>& spoil) {
  auto drawing = dot();
  spoil(drawing, *drawing.mutable_strokes(0));
  const auto checked = check_drawing(drawing);
  EXPECT_FALSE(checked);
  EXPECT_TRUE(checked.error().detail.ends_with('.')) << checked.error().detail;
  return checked.error().code;
}

TEST(InkCheck, ADotOnTheCanvasIsADrawing) {
  auto drawing = dot();
  const auto checked = check_drawing(drawing);
  ASSERT_TRUE(checked);
  EXPECT_EQ(*checked, dot().SerializeAsString());
}

TEST(InkCheck, PointsOnTheEdgesAreAccepted) {
  auto drawing = dot();
  auto& stroke = *drawing.mutable_strokes(0);
  for (const int value : {-10, -20, 2048, 1536, -2048, 0}) stroke.add_points(value);
  EXPECT_TRUE(check_drawing(drawing));
}

TEST(InkCheck, PointsOffTheCanvasAreRefused) {
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_points(0, 2049); }),
            errc::drawing_off_canvas);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_points(1, -1); }),
            errc::drawing_off_canvas);
  EXPECT_EQ(refused([](auto&, auto& stroke) {
              for (int i = 0; i < 4; ++i) stroke.add_points(2'147'483'647);
            }),
            errc::drawing_off_canvas);
}

TEST(InkCheck, ADrawingNeedsAPoint) {
  EXPECT_EQ(refused([](auto& drawing, auto&) { drawing.clear_strokes(); }), errc::drawing_blank);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.clear_points(); }), errc::drawing_blank);
}

TEST(InkCheck, EachStrokeNeedsAPoint) {
  EXPECT_EQ(refused([](auto& drawing, auto& stroke) {
              auto empty = stroke;
              empty.clear_points();
              *drawing.add_strokes() = std::move(empty);
            }),
            errc::drawing_malformed);
}

TEST(InkCheck, UnknownVersionsAndToolsAreRefused) {
  EXPECT_EQ(refused([](auto& drawing, auto&) { drawing.set_version(2); }), errc::drawing_version);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_tool(v1::TOOL_UNSPECIFIED); }),
            errc::drawing_tool);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_tool(static_cast<v1::Tool>(99)); }),
            errc::drawing_tool);
}

TEST(InkCheck, EveryToolIsAccepted) {
  for (const auto tool : {v1::TOOL_PEN, v1::TOOL_ERASER, v1::TOOL_MARKER, v1::TOOL_RAINBOW,
                          v1::TOOL_PIXEL, v1::TOOL_STAMP}) {
    auto drawing = dot();
    auto& stroke = *drawing.mutable_strokes(0);
    stroke.set_tool(tool);
    if (tool == v1::TOOL_STAMP) stroke.set_stamp(U'♥');
    EXPECT_TRUE(check_drawing(drawing)) << v1::Tool_Name(tool);
  }
}

TEST(InkCheck, AStampHasOneKnownSignAndOnePoint) {
  const auto stamp = [](std::uint32_t sign, int more_values = 0) {
    return refused([=](auto&, auto& stroke) {
      stroke.set_tool(v1::TOOL_STAMP);
      stroke.set_stamp(sign);
      for (int i = 0; i < more_values; ++i) stroke.add_points(1);
    });
  };
  EXPECT_EQ(stamp(0), errc::drawing_malformed);
  EXPECT_EQ(stamp(0x1F4A9), errc::drawing_malformed);
  EXPECT_EQ(stamp(0xFFFFFFFF), errc::drawing_malformed);
  EXPECT_EQ(stamp('A', 2), errc::drawing_malformed);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_stamp('A'); }), errc::drawing_malformed);
}

TEST(InkCheck, TheStampsMatchTheContract) {
  std::stringstream text;
  text << std::ifstream(COLO_FIXTURES "/../stamps.txt").rdbuf();
  auto listed = code_points(text.str());
  ASSERT_TRUE(listed);
  std::erase(*listed, U'\n');
  EXPECT_EQ(*listed, ink::stamps);
}

TEST(InkCheck, ColoursWidthsTimesAndPressuresHaveRanges) {
  EXPECT_EQ(refused([](auto& drawing, auto&) { drawing.set_paper(0x1000000); }),
            errc::drawing_malformed);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_rgb(0x1000000); }),
            errc::drawing_malformed);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_width(0); }), errc::drawing_malformed);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_width(limits::width_max + 1); }),
            errc::drawing_malformed);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.set_duration_ms(90'000'000); }),
            errc::drawing_malformed);
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.add_pressure(256); }),
            errc::drawing_malformed);
  EXPECT_EQ(refused([](auto&, auto& stroke) {
              stroke.add_pressure(1);
              stroke.add_pressure(2);
            }),
            errc::drawing_malformed);
}

TEST(InkCheck, APointNeedsBothCoordinates) {
  EXPECT_EQ(refused([](auto&, auto& stroke) { stroke.add_points(1); }), errc::drawing_malformed);
}

TEST(InkCheck, TooManyPointsOrStrokesAreRefused) {
  EXPECT_EQ(refused([](auto&, auto& stroke) {
              for (std::size_t i = 0; i < limits::points_max; ++i) {
                stroke.add_points(0);
                stroke.add_points(0);
              }
            }),
            errc::drawing_too_big);
  EXPECT_EQ(refused([](auto& drawing, auto& stroke) {
              const v1::Stroke copy = stroke;
              for (std::size_t i = 0; i < limits::strokes_max; ++i) *drawing.add_strokes() = copy;
            }),
            errc::drawing_too_big);
}

TEST(InkCheck, TooLongLinesAreRefused) {
  const auto zigzag = [](v1::Stroke& stroke, int legs) {
    stroke.set_points(0, 0);
    for (int i = 0; i < legs; ++i) {
      stroke.add_points(i % 2 == 0 ? 2000 : -2000);
      stroke.add_points(0);
    }
  };
  auto drawing = dot();
  zigzag(*drawing.mutable_strokes(0), 1000);
  EXPECT_TRUE(check_drawing(drawing));
  EXPECT_EQ(refused([&](auto&, auto& stroke) { zigzag(stroke, 1001); }), errc::drawing_too_big);
}

TEST(InkCheck, UncheckedFieldsAreRemoved) {
  auto bytes = dot().SerializeAsString() + std::string("\x9a\x06\x03xyz", 6);  // field 99
  v1::Drawing drawing;
  ASSERT_TRUE(drawing.ParseFromString(bytes));
  const auto checked = check_drawing(drawing);
  ASSERT_TRUE(checked);
  EXPECT_EQ(*checked, dot().SerializeAsString());
}

}  // namespace
}  // namespace colo
