// Can a drawing that was stored still be painted?
//
// What is stored was checked when it came (ink_check.hpp); after damage to the
// disk it may be anything. Limits that were made stricter since do not count.
// Not thread-safe: reads into memory of its own.
#pragma once

#include <google/protobuf/arena.h>

#include <string_view>
#include <vector>

namespace colo {

class StoredDrawingCheck {
 public:
  StoredDrawingCheck();

  /// False when it is no Drawing, or one of its strokes cannot be.
  bool holds(std::string_view bytes);

 private:
  std::vector<char> memory_;
  google::protobuf::Arena arena_;
};

}  // namespace colo
