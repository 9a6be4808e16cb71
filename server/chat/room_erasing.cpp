// What a room does so that something, or somebody, is no more.
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "chat/room.hpp"
#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

// Far longer than a frame waits to be heard: the sockets of who is gone are closed.
constexpr std::chrono::minutes gone_time{10};

}  // namespace

asio::awaitable<result<void>> Room::erase(User user, ConnectionId connection, Seq seq) {
  if (!is_in(user.id, connection)) co_return errc::not_in_room;
  auto erased = co_await log().erase(spec_.id, seq, user);
  if (!erased) co_return erased.error();
  last_deletion_ = *erased;
  std::erase_if(recent_, [seq](const Told& told) { return told.seq == seq; });
  fan_out(deleted_frame(spec_.id, seq, user.name, *erased));
  co_return result<void>{};
}

void Room::let_go(UserId user) {
  gone_.insert_or_assign(user, clock_.now() + gone_time);
  memory_.forget_name(user);
  recent_.clear();  // whoever is catching up reads the log again, where the name is gone
  if (!people_.contains(user)) {
    notices_.erase(user);
    return;
  }
  const auto connections = people_.at(user).connections;
  for (const auto connection : connections) take_out(user, connection);
  remove(user, true);
  notices_.erase(user);
}

asio::awaitable<result<void>> Room::erase_all_of(UserId user) {
  for (;;) {
    auto erased = co_await log().erase_of(spec_.id, user, limits::erase_bite_max);
    if (!erased) co_return erased.error();
    if (erased->seqs.empty()) co_return result<void>{};
    auto number = erased->last.value - erased->seqs.size();
    last_deletion_ = erased->last;
    std::erase_if(recent_, [&](const Told& told) {
      return std::ranges::find(erased->seqs, told.seq) != erased->seqs.end();
    });
    for (const Seq seq : erased->seqs)
      fan_out(deleted_frame(spec_.id, seq, "", DeletionId{++number}));
    // Others of this room's people have their turn before the next bite.
    co_await asio::post(home_.executor(), asio::use_awaitable);
  }
}

}  // namespace colo
