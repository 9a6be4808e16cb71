#include "net/qr.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

TEST(Qr, IsASquareWithFindersInThreeOfItsCorners) {
  const auto rows = qr_rows("http://192.168.1.20:5000/#/invite/AAAAAAAAAAAAAAAAAAAAAA").value();
  const auto width = rows.size();
  for (const auto& row : rows) EXPECT_EQ(row.size(), width);
  const std::string edge = "1111111";
  EXPECT_EQ(rows.front().substr(0, 7), edge);
  EXPECT_EQ(rows.front().substr(width - 7), edge);
  EXPECT_EQ(rows.back().substr(0, 7), edge);
  EXPECT_NE(rows.back().substr(width - 7), edge);
}

TEST(Qr, TextThatDoesNotFitGivesNothing) {
  EXPECT_FALSE(qr_rows(std::string(4000, 'x')));
}

}  // namespace
}  // namespace colo
