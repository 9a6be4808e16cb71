#include "auth/session_requests.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;

bool SessionRequests::answer(std::string_view rid, Reply reply, SteadyTime now) {
  if (!replay_.answer(rid, std::move(reply), now)) return false;
  wake();
  return true;
}

void SessionRequests::abandon() {
  wake();
}

void SessionRequests::wake() {
  // Cancels every wait.
  if (wake_) wake_->expires_at(std::chrono::steady_clock::time_point::min());
}

asio::awaitable<result<Reply>> SessionRequests::reply_to(std::shared_ptr<SessionRequests> requests,
                                                         RequestKey request) {
  boost::system::error_code woken;
  if (!requests->replay_.reply_to(request)) {
    auto& timer = requests->wake_;
    const auto executor = co_await asio::this_coro::executor;
    if (!timer) timer = std::make_unique<asio::steady_timer>(executor, SteadyTime::min());
    if (timer->expiry() <= std::chrono::steady_clock::now())
      timer->expires_after(limits::request_time);
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (const auto* reply = requests->replay_.reply_to(request)) co_return *reply;
  co_return woken ? errc::busy : errc::token_spent;
}

}  // namespace colo
