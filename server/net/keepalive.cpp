#include "net/keepalive.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "domain/limits.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds check_every{500};

}  // namespace

void Keepalive::check_all(SteadyTime now) {
  for (auto next = connections_.begin(); next != connections_.end();) {
    auto& connection = *next++;
    try {
      connection.check(now);
    } catch (const std::exception& e) {
      log::error("a connection was not checked this time: {}", e.what());
    }
  }
}

asio::awaitable<void> Keepalive::run() {
  asio::steady_timer timer(shard_.executor());
  for (;;) {
    timer.expires_after(check_every);
    boost::system::error_code error;  // only a stopping loop ends it early
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    check_all(std::chrono::steady_clock::now());
  }
}

Liveness::Action Liveness::check(SteadyTime now, const Sending& sending) {
  const auto silent = now - received_at_;
  if (now >= sending.deadline || silent >= limits::silence_max) return Action::abort;
  if (!sending.waiting || sending.progress != std::exchange(progress_, sending.progress))
    progressed_at_ = now;
  if (sending.closing) return Action::none;
  if (now - progressed_at_ >= limits::stalled_time) return Action::close_too_slow;
  if (pinged_ || silent < limits::silence_max / 2) return Action::none;
  pinged_ = true;
  return Action::ping;
}

}  // namespace colo
