// The command line: where the configuration is, and flags that win over it.
#pragma once

#include <optional>

#include "app/config.hpp"

namespace colo {

/// The configuration to run with, or nothing when --help or --version was
/// printed. Throws std::runtime_error, one sentence, for what cannot be.
std::optional<Config> read_arguments(int argc, const char* const* argv);

}  // namespace colo
