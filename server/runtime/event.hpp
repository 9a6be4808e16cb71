// Wakes a loop of the same shard. A set() without a waiter is not lost.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/shard.hpp"

namespace colo {

class Event {
 public:
  explicit Event(Shard& shard) : timer_(shard.context()) {}

  void set() {
    is_set_ = true;
    timer_.cancel();
  }

  /// Returns when it is set, and clears it.
  asio::awaitable<void> wait() {
    while (!is_set_) {
      timer_.expires_at(asio::steady_timer::time_point::max());
      boost::system::error_code cancelled;
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    is_set_ = false;
  }

 private:
  asio::steady_timer timer_;
  bool is_set_ = false;
};

}  // namespace colo
