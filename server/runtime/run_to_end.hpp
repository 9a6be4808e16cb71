// Runs one task on its own event loop and blocks until it ends.
//
// For commands and tests, which have no shards. A task that waits for something that does not
// keep the loop running is an error.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace colo {

/// The task's value. Throws what the task throws.
template <class T>
T run_to_end(boost::asio::awaitable<T> task) {
  boost::asio::io_context loop{1};
  std::optional<T> value;
  boost::asio::co_spawn(loop, std::move(task), [&value](std::exception_ptr thrown, T outcome) {
    if (thrown) std::rethrow_exception(thrown);
    value = std::move(outcome);
  });
  loop.run();
  if (!value) throw std::logic_error("the task waits for an event that cannot occur");
  return std::move(*value);
}

}  // namespace colo
