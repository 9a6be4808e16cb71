// Strict decoding of UTF-8 from peers: invalid text is refused, never repaired.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace colo {

/// The code points of `text`, or nothing when it is not valid UTF-8
/// (overlong forms and surrogates are not valid: RFC 3629 §3).
std::optional<std::u32string> code_points(std::string_view text);

}  // namespace colo
