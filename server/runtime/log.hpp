// The log: lines on standard error, one event each.
//
// Say what happened and to whom; never a password, token, ticket, cookie or
// drawing. Each fault is logged once, where it is handled. Safe from any thread,
// and never waits: lines are written by a thread of their own (output.hpp). Lines
// of one format string that come very often are counted instead (repeats.hpp).
#pragma once

#include <spdlog/logger.h>

#include <string_view>
#include <utility>

namespace colo::log {

/// Sends lines to standard error from `level` up: debug, info, warn, error, off.
void open(std::string_view level);

/// Writes what is left, as far as standard error takes it in time. To be called at the end.
void close();

/// Text for standard error that is no event: written as it is, at every level.
void write(std::string_view text);

/// What a library reports by itself. `kind`: the library and the place in it, so that
/// repeated reports are counted.
void from_library(spdlog::level::level_enum level, std::string_view kind, std::string_view text);

namespace detail {
spdlog::logger& logger();
/// False when the line is below the level, or one too many of its kind.
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
