#include "chat/account_eraser.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds retry_pause{5};

}  // namespace

void AccountEraser::start(BackgroundLoops& loops) {
  loops.start(home_.executor(), "erasing drawings", [this] { return run(); });
}

asio::awaitable<void> AccountEraser::remove_from_rooms(UserId user) {
  for (auto& room : rooms_.all()) co_await room.call(&Room::remove_account, user);
}

asio::awaitable<void> AccountEraser::run() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    const auto some = co_await erase_some();
    if (!some) {
      // The store logged why.
      timer.expires_after(retry_pause);
      boost::system::error_code cancelled;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    } else if (!*some) {
      co_await wanted_.here().wait();
    }
  }
}

// False when there was nothing to erase.
asio::awaitable<result<bool>> AccountEraser::erase_some() {
  const auto accounts = co_await accounts_.accounts_to_erase();
  if (!accounts) co_return accounts.error();
  for (const auto user : *accounts) {
    const auto erased = co_await erase(user);
    if (!erased) co_return erased.error();
  }
  co_return !accounts->empty();
}

asio::awaitable<result<void>> AccountEraser::erase(UserId user) {
  for (auto& room : rooms_.all()) {
    const auto erased = co_await room.call(&Room::erase_all_of, user);
    if (!erased) co_return erased;
  }
  const auto others = co_await accounts_.rooms_drawn_in(user);
  if (!others) co_return others.error();
  for (const auto& room : *others) {
    const auto erased = co_await erase_unlisted(room, user);
    if (!erased) co_return erased;
  }
  co_return co_await accounts_.drawings_erased(user);
}

// A room that is not configured any more, but may be again.
asio::awaitable<result<void>> AccountEraser::erase_unlisted(RoomId room, UserId user) {
  for (;;) {
    const auto erased = co_await log_.erase_of(room, user, limits::erase_batch_max);
    if (!erased) co_return erased.error();
    if (erased->seqs.empty()) co_return result<void>{};
  }
}

}  // namespace colo
