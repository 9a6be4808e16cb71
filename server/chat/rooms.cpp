#include "chat/rooms.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace colo {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  boost::system::error_code cancelled;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

}  // namespace

Rooms::Rooms(std::vector<RoomSpec> specs, Shards& shards, MessageLog& log, const Clock& clock,
             Rate drawings)
    : Rooms(std::move(specs), shards, log, clock, drawings, Intervals()) {}

Rooms::Rooms(std::vector<RoomSpec> specs, Shards& shards, MessageLog& log, const Clock& clock,
             Rate drawings, Intervals intervals)
    : shards_(shards),
      intervals_(intervals),
      list_changed_(shards.first(), shards.first()),
      lobbies_(shards) {
  for (auto& spec : specs) {
    const auto id = spec.id;
    auto& room = rooms_.emplace_back(shards.of(id), std::move(spec), shards, log, clock, drawings,
                                     [this] { list_changed_.post(&Event::set); });
    by_id_.emplace(id, &room);
  }
}

asio::awaitable<result<void>> Rooms::open(BackgroundLoops& loops) {
  for (auto& room : rooms_) {
    const auto opened = co_await room.call(&Room::open);
    if (!opened) co_return opened;
  }
  for (std::uint32_t i = 0; i < shards_.size(); ++i)
    loops.start(shards_[i].executor(), "sweeping rooms",
                [this, shard = &shards_[i]] { return sweep(*shard); });
  loops.start(shards_.first().executor(), "publishing the list of rooms",
              [this] { return publish_list(); });
  co_return result<void>{};
}

Owned<Room>* Rooms::find(const RoomId& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

asio::awaitable<std::vector<RoomView>> Rooms::views() {
  std::vector<RoomView> views;
  for (auto& room : rooms_) {
    auto view = co_await room.call(&Room::view);
    views.push_back(std::move(view));
  }
  co_return views;
}

asio::awaitable<void> Rooms::sweep(Shard& shard) {
  for (;;) {
    co_await pause(intervals_.sweep);
    for (auto& room : rooms_)
      if (&room.home() == &shard) room.here().sweep();
  }
}

asio::awaitable<void> Rooms::publish_list() {
  for (;;) {
    co_await list_changed_.here().wait();
    try {
      const auto list = co_await views();
      const auto frame = rooms_frame(list);
      for (auto& lobby : lobbies_) lobby.post(&Lobby::publish, frame);
    } catch (...) {
      list_changed_.here().set();  // publish it when this loop is restarted
      throw;
    }
    co_await pause(intervals_.list);
  }
}

}  // namespace colo
