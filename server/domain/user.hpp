// Who somebody is to everybody else.
#pragma once

#include <string>

#include "domain/ids.hpp"

namespace colo {

struct User {
  UserId id;
  std::string name;  // as typed at registration; unique also to the eye
  bool admin = false;
};

}  // namespace colo
