// `colo verify`: whether the database is whole, for whoever runs the server.
#pragma once

#include "app/arguments.hpp"

namespace colo {

/// Says on standard output what is damaged and what to do; true when nothing is.
/// Throws std::runtime_error, one sentence, when the database cannot be read at all.
bool verify(const Verify& command);

}  // namespace colo
