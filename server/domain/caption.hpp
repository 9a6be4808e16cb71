// What may stand under a drawing.
#pragma once

#include <string_view>

#include "domain/errc.hpp"

namespace colo {

/// Up to 280 code points of UTF-8 without control characters; empty is fine.
/// Errors: caption_too_long, caption_characters.
result<void> check_caption(std::string_view caption);

}  // namespace colo
