#include "app/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace colo {

namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Escapes escapes_of(int fd) {
  const auto terminal = variable("TERM");
  const bool wanted = isatty(fd) == 1 && !terminal.empty() && terminal != "dumb";
  return wanted && variable("NO_COLOR").empty() ? Escapes::yes : Escapes::no;
}

void open_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free descriptor is this one.
    if (open("/dev/null", O_RDWR) != fd)
      throw std::system_error(errno, std::generic_category(), "/dev/null cannot be opened");
  }
}

}  // namespace colo
