// Reads a new password from the terminal or from standard input.
#pragma once

#include <string>

namespace colo {

/// Reads a new password for `name`: on a terminal twice, without echo; otherwise one line of
/// standard input. Throws std::runtime_error, one sentence, when there is none or the two differ.
std::string ask_new_password(const std::string& name);

}  // namespace colo
