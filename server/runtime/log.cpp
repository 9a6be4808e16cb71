#include "runtime/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>

#include "domain/limits.hpp"
#include "runtime/output.hpp"
#include "runtime/repeats.hpp"

namespace colo::log {
namespace {

using spdlog::level::level_enum;

constexpr std::string_view pattern = "%Y-%m-%dT%H:%M:%S.%e %l %v";
constexpr std::size_t one_line = 1;  // per window of Repeats

void write_text(std::string_view text);

/// Passes each formatted line to the output.
class OutputSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (line.size() > limits::log_line_bytes_max) line.resize(limits::log_line_bytes_max);
    // One event is one line, without control characters that a terminal would interpret.
    const auto is_control = [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    };
    std::replace_if(line.begin(), line.end(), is_control, ' ');
    line.data()[line.size() - 1] = '\n';
    write_text({line.data(), line.size()});
  }
  void flush_() override {}
};

std::shared_ptr<spdlog::logger> make_logger() {
  auto logger = std::make_shared<spdlog::logger>("colo", std::make_shared<OutputSink>());
  logger->set_pattern(std::string(pattern));
  logger->set_level(level_enum::warn);
  // Drops a line that cannot be formatted (out of memory). The default handler writes to
  // standard error itself, which may block.
  logger->set_error_handler([](const std::string&) {});
  return logger;
}

struct State {
  std::mutex mutex;
  Repeats repeats;
  std::shared_ptr<Output> output;  // from the first line to close()
  const std::shared_ptr<spdlog::logger> logger = make_logger();
};

// Never destroyed: the writing thread may use it until the process ends.
State& state() {
  static auto* const the_state = new State;
  return *the_state;
}

std::string format_line(level_enum level, const std::string& text) {
  spdlog::pattern_formatter formatter{std::string(pattern)};
  spdlog::memory_buf_t line;
  formatter.format({"colo", level, text}, line);
  return {line.data(), line.size()};
}

Output::More counts(std::size_t lost, bool closing) {
  Output::More more;
  if (lost > 0)
    more.text += format_line(level_enum::warn, fmt::format("{} log lines were lost", lost));
  const std::lock_guard lock(state().mutex);
  auto& repeats = state().repeats;
  for (const auto& [kind, level, withheld] :
       closing ? repeats.take_all() : repeats.take_due(std::chrono::steady_clock::now()))
    more.text += format_line(static_cast<level_enum>(level),
                             fmt::format("… and {} more like it: {}", withheld, kind));
  more.again = repeats.next_due();
  return more;
}

std::shared_ptr<Output> output() {
  const std::lock_guard lock(state().mutex);
  auto& output = state().output;
  if (!output) output = std::make_shared<Output>(STDERR_FILENO, counts);
  return output;
}

void write_text(std::string_view text) {
  output()->write(text);
}

bool admit(level_enum level, std::string_view kind, std::size_t lines_max) noexcept {
  if (!state().logger->should_log(level)) return false;
  try {
    auto verdict = Repeats::Verdict::write;
    {
      const std::lock_guard lock(state().mutex);
      verdict = state().repeats.admit(kind, level, lines_max, std::chrono::steady_clock::now());
    }
    if (verdict == Repeats::Verdict::first_withheld) output()->wake();
    return verdict == Repeats::Verdict::write;
  } catch (const std::exception&) {  // out of memory or threads
    return false;
  }
}

}  // namespace

void open(std::string_view level) {
  state().logger->set_level(spdlog::level::from_str(std::string(level)));
}

void close() {
  std::shared_ptr<Output> ending;
  const std::lock_guard lock(state().mutex);
  ending.swap(state().output);
}

void write(std::string_view text) {
  write_text(text);
}

void overload(std::string_view name) {
  if (admit(level_enum::warn, fmt::format("{}: the queue is full", name), one_line))
    detail::logger().log(level_enum::warn, "{}: the queue is full, further requests are refused",
                         name);
}

void from_library(level_enum level, std::string_view kind, std::string_view text) {
  if (admit(level, kind, one_line)) detail::logger().log(level, "{}", text);
}

spdlog::logger& detail::logger() {
  return *state().logger;
}

bool detail::admit(level_enum level, std::string_view kind) noexcept {
  return log::admit(level, kind, limits::log_lines_max);
}

}  // namespace colo::log
