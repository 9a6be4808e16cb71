// A password from whoever sits at the terminal, or from a pipe.
#pragma once

#include <string>

namespace colo {

/// Asks for a new password for `name`: on a terminal twice, without echo; else
/// one line of standard input. Throws std::runtime_error, one sentence, when
/// there is none or the two differ.
std::string ask_new_password(const std::string& name);

}  // namespace colo
