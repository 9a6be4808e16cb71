#include "wire/stored_drawing.hpp"

#include <gtest/gtest.h>

#include "colo.pb.h"

namespace colo {
namespace {

std::string dot_at(int x) {
  v1::Drawing drawing;
  drawing.set_version(1);
  auto& stroke = *drawing.add_strokes();
  stroke.set_tool(v1::TOOL_PEN);
  stroke.set_width(12);
  stroke.add_points(x);
  stroke.add_points(20);
  return drawing.SerializeAsString();
}

TEST(StoredDrawing, AnIntactDrawingIsValid) {
  StoredDrawingCheck check;
  EXPECT_TRUE(check.holds(dot_at(10)));
  EXPECT_TRUE(check.holds(dot_at(10)));
}

TEST(StoredDrawing, DamagedBytesAreInvalid) {
  StoredDrawingCheck check;
  EXPECT_FALSE(check.holds(dot_at(5000)));
  auto cut = dot_at(10);
  cut.pop_back();
  EXPECT_FALSE(check.holds(cut));
  EXPECT_FALSE(check.holds("ink"));
}

}  // namespace
}  // namespace colo
