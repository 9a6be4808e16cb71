// An account as other people see it.
#pragma once

#include <string>

#include "domain/ids.hpp"

namespace colo {

struct User {
  UserId id;
  std::string name;  // as typed at registration; no other name looks like it
  bool admin = false;
};

}  // namespace colo
