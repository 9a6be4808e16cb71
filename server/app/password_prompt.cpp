#include "app/password_prompt.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace colo {

namespace {

constexpr std::size_t line_bytes_max = 4096;  // more than any password; it is checked later

void wake_up(int) {}  // only so that reading ends

/// While it lives, what is typed is not shown, and Ctrl-C ends the reading
/// rather than the process, which would leave the terminal like that.
class Unseen {
 public:
  Unseen() {
    tcgetattr(STDIN_FILENO, &terminal_before_);
    auto unseen = terminal_before_;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    struct sigaction wake {};
    wake.sa_handler = wake_up;
    sigaction(SIGINT, &wake, &signal_before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  ~Unseen() {
    sigaction(SIGINT, &signal_before_, nullptr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before_);
    std::fputc('\n', stderr);
  }

 private:
  termios terminal_before_{};
  struct sigaction signal_before_ {};
};

// Byte by byte, past no buffer that would keep a copy.
std::string read_line() {
  std::string line;
  for (;;) {
    char byte = 0;
    const auto count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) throw std::runtime_error("nothing was changed");
    if (count <= 0 && line.empty())
      throw std::runtime_error(
          "no password was given: type it on a terminal, or send it as one line of standard input");
    if (count <= 0 || byte == '\n') break;
    line += byte;
    if (line.size() > line_bytes_max) throw std::runtime_error("that password is far too long");
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string ask(const std::string& question) {
  // First, for it throws away what was typed before: nobody has been asked yet.
  const Unseen unseen;
  std::fputs(question.c_str(), stderr);
  return read_line();
}

}  // namespace

std::string ask_new_password(const std::string& name) {
  if (isatty(STDIN_FILENO) == 0) return read_line();
  auto password = ask(fmt::format("A password for {}: ", name));
  const auto again = ask("The same once more: ");
  if (password != again)
    throw std::runtime_error("those two passwords differ; nothing was changed");
  return password;
}

}  // namespace colo
