// The rules for captions of drawings.
#pragma once

#include <string_view>

#include "domain/errc.hpp"

namespace colo {

/// Up to 280 code points of UTF-8 without control characters, possibly none.
/// Errors: caption_too_long, caption_characters.
result<void> check_caption(std::string_view caption);

}  // namespace colo
