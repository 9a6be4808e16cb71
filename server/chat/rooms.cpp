#include "chat/rooms.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds sweep_every{1};
constexpr std::chrono::seconds lobby_told_every{1};

asio::awaitable<void> pause(asio::any_io_executor executor, std::chrono::milliseconds time) {
  asio::steady_timer timer(executor, time);
  boost::system::error_code error;  // only a stopping loop ends a pause early
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<RoomView> view_of(Room& room) {
  co_return room.view();
}

}  // namespace

Rooms::Rooms(std::vector<RoomSpec> specs, Shards& shards, MessageLog& log, const Clock& clock,
             Rate drawings)
    : shards_(shards) {
  for (auto& spec : specs) {
    rooms_.push_back(std::make_unique<Room>(std::move(spec), shards, log, clock, drawings,
                                            [this] { occupancy_changed(); }));
    by_id_.emplace(rooms_.back()->spec().id, rooms_.back().get());
  }
  for (std::uint32_t i = 0; i < shards.size(); ++i)
    lobbies_.push_back(std::make_unique<Lobby>(shards[i]));
}

asio::awaitable<result<void>> Rooms::open() {
  for (const auto& room : rooms_) {
    auto opening = room->open();
    const auto opened = co_await on(room->home(), std::move(opening));
    if (!opened) co_return opened;
  }
  for (std::uint32_t i = 0; i < shards_.size(); ++i)
    start_task(shards_[i].executor(), sweep(shards_[i]), "sweeping rooms");
  co_return result<void>{};
}

Room* Rooms::find(const RoomId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<Room*> Rooms::all() const {
  std::vector<Room*> rooms;
  for (const auto& room : rooms_) rooms.push_back(room.get());
  return rooms;
}

asio::awaitable<std::vector<RoomView>> Rooms::views() {
  std::vector<RoomView> views;
  for (const auto& room : rooms_) {
    auto viewing = view_of(*room);
    views.push_back(co_await on(room->home(), std::move(viewing)));
  }
  co_return views;
}

asio::awaitable<void> Rooms::sweep(Shard& shard) {
  for (;;) {
    co_await pause(shard.executor(), sweep_every);
    for (const auto& room : rooms_)
      if (&room->home() == &shard) room->sweep();
  }
}

void Rooms::occupancy_changed() {
  asio::post(shards_.first().executor(), [this] {
    tell_again_ = true;
    if (std::exchange(telling_, true)) return;
    start_task(shards_.first().executor(), tell_lobbies(), "telling lobbies");
  });
}

asio::awaitable<void> Rooms::tell_lobbies() {
  while (std::exchange(tell_again_, false)) {
    const auto list = co_await views();
    const auto frame = rooms_frame(list);
    for (std::uint32_t i = 0; i < shards_.size(); ++i)
      shards_[i].run([lobby = lobbies_[i].get(), frame] { lobby->publish(frame); });
    co_await pause(shards_.first().executor(), lobby_told_every);
  }
  telling_ = false;
}

}  // namespace colo
