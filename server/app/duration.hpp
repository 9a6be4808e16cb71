// Durations as written in colo.toml and in flags: "30m".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace colo {

/// A whole number followed by ms, s, m, h or d: "500ms", "30s", "30m", "12h", "30d". Nothing when
/// `text` has another form.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace colo
