// Whether a stored drawing can still be painted.
//
// A drawing was checked before it was stored (ink_check.hpp), but a damaged disk can return
// anything. Limits that became stricter since then do not apply.
// Not thread-safe: parses into memory of its own.
#pragma once

#include <google/protobuf/arena.h>

#include <string_view>
#include <vector>

namespace colo {

class StoredDrawingCheck {
 public:
  StoredDrawingCheck();

  /// False when it is not a Drawing, or one of its strokes is invalid.
  bool holds(std::string_view bytes);

 private:
  std::vector<char> memory_;
  google::protobuf::Arena arena_;
};

}  // namespace colo
