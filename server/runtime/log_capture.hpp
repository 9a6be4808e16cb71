// For tests: what the log writes while this lives.
//
// Standard error goes to a file meanwhile. The log's counts of repeated lines are reset.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/log.hpp"

namespace colo {

class LogCapture {
 public:
  LogCapture() : file_(std::tmpfile()), standard_error_(::dup(STDERR_FILENO)) {
    log::close();
    if (!file_ || standard_error_ < 0 || ::dup2(::fileno(file_), STDERR_FILENO) < 0)
      throw std::runtime_error("standard error cannot be captured");
  }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture() {
    log::close();
    ::dup2(standard_error_, STDERR_FILENO);
    ::close(standard_error_);
    std::fclose(file_);
  }

  /// All lines up to now.
  std::vector<std::string> lines() {
    log::close();
    std::rewind(file_);
    std::string text;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text += static_cast<char>(c);
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  /// How many of them contain `text`.
  std::size_t count(const std::string& text) {
    std::size_t found = 0;
    for (const auto& line : lines()) found += line.find(text) != std::string::npos ? 1 : 0;
    return found;
  }

 private:
  std::FILE* file_;
  int standard_error_;
};

}  // namespace colo
