// The command line: what to do, where the configuration is, and flags that win over it.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "app/config.hpp"

namespace colo {

/// --help or --version was printed.
struct NothingToDo {};

/// `colo admin create NAME`: an account that is an administrator's.
struct CreateAdmin {
  std::filesystem::path data;
  std::string name;
  bool existing = false;  // the account may be there already
};

/// `colo admin reset-password NAME`.
struct ResetPassword {
  std::filesystem::path data;
  std::string name;
};

/// `colo verify`: reads the whole database and says what is damaged.
struct Verify {
  std::filesystem::path data;
};

/// A Config is to be served.
using Command = std::variant<NothingToDo, Config, CreateAdmin, ResetPassword, Verify>;

/// Throws std::runtime_error, one sentence, for what cannot be.
Command read_arguments(int argc, const char* const* argv);

}  // namespace colo
