// Runs one task on an event loop of its own and blocks until it has ended.
//
// For commands and tests, which have no shards. A task that waits for something which
// does not keep the loop running is reported, not waited for.
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
  if (!value) throw std::logic_error("the task waits for something that will not come");
  return std::move(*value);
}

}  // namespace colo
