// `colo verify`: checks the database for damage.
#pragma once

#include "app/arguments.hpp"

namespace colo {

/// Prints what is damaged and what to do. True when nothing is.
/// Throws std::runtime_error, one sentence, when the database cannot be read at all.
bool verify(const Verify& command);

}  // namespace colo
