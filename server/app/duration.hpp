// Spans of time as people write them in colo.toml and in flags: "30m".
//
// Pure functions, from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace colo {

/// A whole number and one of ms, s, m, h, d with nothing between: "500ms",
/// "30s", "30m", "12h", "30d". Nothing when `text` is not that.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace colo
