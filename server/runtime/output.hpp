// Text for a descriptor that may block: a stopped terminal (Ctrl-S), a pipe without a reader.
//
// Thread-safe, and write() never blocks. One detached thread writes the text in order; it may
// block for ever without keeping the process alive. Bounded in lines and bytes
// (limits::output_*_max): excess lines are dropped and counted.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/clock.hpp"

namespace colo {

class Output {
 public:
  /// Additional text, and when to ask for more.
  struct More {
    std::string text;
    std::optional<SteadyTime> again;
  };
  /// Called on the writing thread after each text. `lost`: lines dropped since the last call;
  /// `closing`: this is the last call. May be called after this object is destroyed. What it
  /// throws is ignored.
  using AskMore = std::function<More(std::size_t lost, bool closing)>;

  /// Writes to a duplicate of `fd`. Throws std::system_error.
  explicit Output(int fd, AskMore ask_more = {});
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  /// Waits until everything is written, at most limits::output_close_time.
  ~Output();

  /// `lines` end with '\n'. False when they do not fit and are dropped.
  bool write(std::string_view lines);

  /// Calls AskMore soon.
  void wake();

 private:
  struct State;
  static More more_of(const State& state, std::size_t lost, bool closing);
  static void run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace colo
