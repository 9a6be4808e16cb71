// The log: lines on standard error, one event each.
//
// A line names the event and whom it concerns, never a password, token, ticket, cookie or drawing.
// One fault, one line: the place that catches an exception, or turns an error into a Refusal, logs
// it. Code that receives a Refusal passes it on and does not log it.
// Thread-safe, and never blocks: a separate thread writes the lines (output.hpp). Of a kind of
// line that is too frequent, the first are written and the others counted (repeats.hpp).
#pragma once

#include <spdlog/logger.h>

#include <string_view>
#include <utility>

namespace colo::log {

/// Enables lines of `level` and above: debug, info, warn, error, off.
void open(std::string_view level);

/// Writes the remaining lines, as far as standard error accepts them within
/// limits::output_close_time. The next line opens the log again.
void close();

/// Writes text that is not an event to standard error as it is, at every level.
void write(std::string_view text);

/// A warning that the queue `name` is full: one line per window of repeats.hpp.
void overload(std::string_view name);

/// A report of a library. `kind` names the library and the place in it: one line of a kind is
/// written per window of repeats.hpp.
void from_library(spdlog::level::level_enum level, std::string_view kind, std::string_view text);

namespace detail {
spdlog::logger& logger();
/// False when the level is disabled, or the line is only counted.
bool admit(spdlog::level::level_enum level, std::string_view kind) noexcept;

template <class... Args>
void line(spdlog::level::level_enum level, fmt::format_string<Args...> format, Args&&... args) {
  const fmt::string_view kind = format;
  if (admit(level, {kind.data(), kind.size()}))
    logger().log(level, format, std::forward<Args>(args)...);
}
}  // namespace detail

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  detail::line(spdlog::level::debug, format, std::forward<Args>(args)...);
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  detail::line(spdlog::level::info, format, std::forward<Args>(args)...);
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  detail::line(spdlog::level::warn, format, std::forward<Args>(args)...);
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  detail::line(spdlog::level::err, format, std::forward<Args>(args)...);
}

}  // namespace colo::log
