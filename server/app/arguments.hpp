// The command line: the command, the configuration file, and flags that override it.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "app/config.hpp"

namespace colo {

/// --help or --version was printed.
struct NothingToDo {};

/// `colo admin create NAME`: creates an administrator's account.
struct CreateAdmin {
  std::filesystem::path data;
  std::string name;
  bool existing = false;  // promote the existing account
};

/// `colo admin reset-password NAME`.
struct ResetPassword {
  std::filesystem::path data;
  std::string name;
};

/// `colo verify`: reads the whole database and reports damage.
struct Verify {
  std::filesystem::path data;
};

/// With a Config, the server runs.
using Command = std::variant<NothingToDo, Config, CreateAdmin, ResetPassword, Verify>;

/// Throws std::runtime_error, one sentence, for invalid arguments or settings.
Command read_arguments(int argc, const char* const* argv);

}  // namespace colo
