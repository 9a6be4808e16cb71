// Text for a descriptor that may block: a terminal after Ctrl-S, a pipe nobody reads.
//
// write() may be called from any thread and never waits. One thread of its own writes the
// text in order and may be blocked for ever; it is detached, so the process can end all the
// same. Bounded in lines and bytes: what does not fit is lost and counted.
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
  /// What to write besides what was given to write(), and when to ask again.
  struct More {
    std::string text;
    std::optional<SteadyTime> again;
  };
  /// Called on the writing thread after each text. `lost`: lines lost since the last call;
  /// `closing`: it is the last call. It may outlive this object.
  using AskMore = std::function<More(std::size_t lost, bool closing)>;

  /// Writes to a duplicate of `fd`. Throws std::system_error.
  explicit Output(int fd, AskMore ask_more = {});
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  /// Waits until all is written, for limits::output_close_time at most.
  ~Output();

  /// `lines` end with '\n'. False when there is no place for them.
  bool write(std::string_view lines);

  /// Calls AskMore soon.
  void wake();

 private:
  struct State;
  static void run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace colo
