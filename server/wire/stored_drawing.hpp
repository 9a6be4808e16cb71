// Checks that a stored drawing can still be painted.
//
// Drawings were checked when they arrived (ink_check.hpp); after disk damage the bytes may be
// anything. Limits that became stricter since do not apply. Not thread-safe: reuses its memory.
#pragma once

#include <google/protobuf/arena.h>

#include <string_view>
#include <vector>

namespace colo {

class StoredDrawingCheck {
 public:
  StoredDrawingCheck();

  /// False when the bytes are no Drawing, or a stroke is invalid.
  bool holds(std::string_view bytes);

 private:
  std::vector<char> memory_;
  google::protobuf::Arena arena_;
};

}  // namespace colo
