#include "app/password_prompt.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace colo {

namespace {

constexpr std::size_t line_bytes_max = 4096;  // more than any password; it is checked later

termios terminal_before;  // for a signal's handler, which has nothing else

// Whichever thread it comes to; all that is called here may be (signal-safety(7)).
void give_up(int) {
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
  constexpr std::string_view words = "\ncolo: nothing was changed\n";
  const auto written = ::write(STDERR_FILENO, words.data(), words.size());
  _exit(written < 0 ? 2 : 1);
}

/// While it lives, what is typed is not shown, and Ctrl-C does not leave the
/// terminal like that.
class Unseen {
 public:
  Unseen() {
    tcgetattr(STDIN_FILENO, &terminal_before);
    auto unseen = terminal_before;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    struct sigaction wake {};
    wake.sa_handler = give_up;
    sigaction(SIGINT, &wake, &signal_before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  ~Unseen() {
    sigaction(SIGINT, &signal_before_, nullptr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
    std::fputc('\n', stderr);
  }

 private:
  struct sigaction signal_before_ {};
};

// Byte by byte, past no buffer that would keep a copy.
std::string read_line() {
  std::string line;
  for (;;) {
    char byte = 0;
    const auto count = ::read(STDIN_FILENO, &byte, 1);
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
