// UTF-8 as it comes from outside: valid or refused, never repaired.
//
// Pure functions, from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace colo {

/// The code points of `text`, or nothing when it is not valid UTF-8
/// (overlong forms and surrogates are not valid: RFC 3629 §3).
std::optional<std::u32string> code_points(std::string_view text);

}  // namespace colo
