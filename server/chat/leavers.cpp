#include "chat/leavers.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds try_again_after{5};

asio::awaitable<void> let_go_of(Room& room, UserId user) {
  room.let_go(user);
  co_return;
}

}  // namespace

asio::awaitable<result<void>> Leavers::open() {
  const auto unfinished = co_await accounts_.accounts_to_erase();
  if (!unfinished) co_return unfinished.error();
  for (const auto user : *unfinished) erase_drawings(user);
  co_return result<void>{};
}

asio::awaitable<void> Leavers::let_go(UserId user) {
  for (Room* room : rooms_.all()) {
    auto letting_go = let_go_of(*room, user);
    co_await on(room->home(), std::move(letting_go));
  }
}

void Leavers::erase_drawings(UserId user) {
  asio::post(shards_.first().executor(), [this, user] {
    waiting_.push_back(user);
    if (std::exchange(erasing_, true)) return;
    start_task(shards_.first().executor(), erase_in_turn(), "erasing drawings");
  });
}

asio::awaitable<void> Leavers::erase_in_turn() {
  while (!waiting_.empty()) {
    const auto erased = co_await erase(waiting_.front());
    if (erased) {
      waiting_.pop_front();
      continue;
    }
    asio::steady_timer timer(shards_.first().executor(), try_again_after);
    boost::system::error_code error;  // only a stopping loop ends it early
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
  erasing_ = false;
}

asio::awaitable<result<void>> Leavers::erase(UserId user) {
  for (Room* room : rooms_.all()) {
    auto erasing = room->erase_all_of(user);
    const auto erased = co_await on(room->home(), std::move(erasing));
    if (!erased) co_return erased;
  }
  const auto left = co_await accounts_.rooms_drawn_in(user);
  if (!left) co_return left.error();
  for (const auto& room : *left) {
    const auto erased = co_await erase_unlisted(room, user);
    if (!erased) co_return erased;
  }
  co_return co_await accounts_.drawings_erased(user);
}

// A room that the configuration does not name any more, but may again.
asio::awaitable<result<void>> Leavers::erase_unlisted(const RoomId& room, UserId user) {
  for (;;) {
    const auto erased = co_await log_.erase_of(room, user, limits::erase_batch_max);
    if (!erased) co_return erased.error();
    if (erased->seqs.empty()) co_return result<void>{};
  }
}

}  // namespace colo
