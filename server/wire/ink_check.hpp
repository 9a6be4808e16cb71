// Is this a drawing that every phone can paint?
//
// Nothing is stored or forwarded that has not passed here.
#pragma once

#include <string>

#include "colo.pb.h"
#include "domain/errc.hpp"

namespace colo {

/// Checks version, tools, counts and ranges, and gives back the drawing's
/// canonical bytes: what was checked and nothing else. `drawing` loses what it has besides.
/// Errors: drawing_blank, _version, _tool, _off_canvas, _too_big, _malformed,
/// each with a sentence that says where.
result<std::string> check_drawing(v1::Drawing& drawing);

/// Only what each stroke is, whatever the drawing's size. Errors: as check_drawing().
result<void> check_strokes(const v1::Drawing& drawing);

}  // namespace colo
