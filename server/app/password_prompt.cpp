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

constexpr std::size_t line_bytes_max = 4096;  // more than any password, which is checked later

termios terminal_before;  // for the signal handler

// A signal handler: calls only async-signal-safe functions (signal-safety(7)).
void give_up(int) {
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
  constexpr std::string_view words = "\ncolo: nothing was changed\n";
  const auto written = ::write(STDERR_FILENO, words.data(), words.size());
  _exit(written < 0 ? 2 : 1);
}

/// Switches echo off while it exists; Ctrl-C restores the terminal.
class NoEcho {
 public:
  NoEcho() {
    tcgetattr(STDIN_FILENO, &terminal_before);
    auto without_echo = terminal_before;
    without_echo.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &without_echo);
    struct sigaction interrupt {};
    interrupt.sa_handler = give_up;
    sigaction(SIGINT, &interrupt, &signal_before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() {
    sigaction(SIGINT, &signal_before_, nullptr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
    std::fputc('\n', stderr);
  }

 private:
  struct sigaction signal_before_ {};
};

// Unbuffered, so that no buffer keeps a copy.
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
  // Before the question: TCSAFLUSH discards what was typed before it.
  const NoEcho no_echo;
  std::fputs(question.c_str(), stderr);
  return read_line();
}

}  // namespace

std::string ask_new_password(const std::string& name) {
  if (isatty(STDIN_FILENO) == 0) return read_line();
  auto password = ask(fmt::format("A password for {}: ", name));
  const auto again = ask("The same again: ");
  if (password != again)
    throw std::runtime_error("those two passwords differ; nothing was changed");
  return password;
}

}  // namespace colo
