#include "runtime/background_loops.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "runtime/log.hpp"
#include "runtime/shard.hpp"

namespace colo {

void BackgroundLoops::start(const asio::any_io_executor& executor, std::string name, Loop loop) {
  State* state = nullptr;
  {
    const std::lock_guard lock(mutex_);
    state = &states_.emplace_back(State{std::move(name), std::nullopt});
  }
  start_task(executor, run(*state, std::move(loop)), state->name);
}

std::vector<std::string> BackgroundLoops::failing() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& state : states_)
    if (is_failing(state)) names.push_back(state.name);
  return names;
}

asio::awaitable<void> BackgroundLoops::run(State& state, Loop loop) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    try {
      co_await loop();
      co_return;
    } catch (const std::exception& e) {
      note_failure(state, e.what());
    }
    timer.expires_after(restart_pause_);
    boost::system::error_code stopping;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, stopping));
    if (stopping) co_return;
  }
}

void BackgroundLoops::note_failure(State& state, const char* what) {
  const std::lock_guard lock(mutex_);
  if (!is_failing(state)) log::error("{} failed and will be restarted: {}", state.name, what);
  state.threw_at = clock_.now();
}

bool BackgroundLoops::is_failing(const State& state) const {
  return state.threw_at && clock_.now() - *state.threw_at < failing_time;
}

}  // namespace colo
