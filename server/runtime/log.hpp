// The log: lines on standard error, one event each.
//
// Say what happened and to whom; never a password, token, ticket, cookie or
// drawing. Each fault is logged once, where it is handled. Safe from any thread.
#pragma once

#include <spdlog/spdlog.h>

#include <string_view>

namespace colo::log {

/// Sends lines to standard error from `level` up: debug, info, warn, error, off.
void open(std::string_view level);

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

}  // namespace colo::log
