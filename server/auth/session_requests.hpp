// The requests of one session, and the duplicates that wait for the one that runs.
//
// Shared by the session (open or closed) and its waiting duplicates, so that these get the reply
// even if the session is removed meanwhile.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string_view>

#include "auth/request_replay.hpp"
#include "domain/errc.hpp"

namespace colo {

class SessionRequests {
 public:
  RequestReplay& replay() { return replay_; }
  const RequestReplay& replay() const { return replay_; }

  /// Stores the reply and wakes the duplicates of `rid`. False when another request ran last.
  bool answer(std::string_view rid, Reply reply, SteadyTime now);

  /// No reply will come: duplicates that wait are refused as busy.
  void abandon();

  /// The reply to `request`, the last one; waits for up to limits::request_time while it runs.
  /// Errors: token_spent when the time is over; busy when it was abandoned.
  static boost::asio::awaitable<result<Reply>> reply_to(std::shared_ptr<SessionRequests> requests,
                                                        RequestKey request);

 private:
  void wake();

  RequestReplay replay_;
  std::unique_ptr<boost::asio::steady_timer> wake_;  // made when the first duplicate waits
};

}  // namespace colo
