// Checks that every client can paint a drawing.
//
// Nothing is stored or forwarded without this check.
#pragma once

#include <string>

#include "colo.pb.h"
#include "domain/errc.hpp"

namespace colo {

/// Checks version, tools, counts and ranges. Returns the canonical bytes, which contain only what
/// was checked; removes unknown fields from `drawing`.
/// Errors: drawing_blank, _version, _tool, _off_canvas, _too_big, _malformed, each with a sentence
/// that names the stroke.
result<std::string> check_drawing(v1::Drawing& drawing);

/// Checks the strokes only, without the limits on the whole drawing. Errors: as check_drawing().
result<void> check_strokes(const v1::Drawing& drawing);

}  // namespace colo
