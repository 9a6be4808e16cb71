#include "wire/stored_drawing.hpp"

#include "wire/ink_check.hpp"

namespace colo {
namespace {

constexpr std::size_t memory_bytes = 64 * 1024;  // a drawing of 4 kB takes some 30 kB as a message

}  // namespace

StoredDrawingCheck::StoredDrawingCheck()
    : memory_(memory_bytes), arena_(memory_.data(), memory_.size()) {}

bool StoredDrawingCheck::holds(std::string_view bytes) {
  arena_.Reset();
  auto& drawing = *google::protobuf::Arena::CreateMessage<v1::Drawing>(&arena_);
  return drawing.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
         check_strokes(drawing).has_value();
}

}  // namespace colo
