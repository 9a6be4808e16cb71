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
// Deletions told while a page is read from the log: a hundred batches of erasing, 80 kB.
constexpr std::size_t recently_deleted_max = 10'000;

}  // namespace

asio::awaitable<result<void>> Room::erase(User user, ConnectionId connection, Seq seq) {
  if (!is_in(user.id, connection)) co_return errc::not_in_room;
  auto erased = co_await log().erase(spec_.id, seq, user);
  if (!erased) co_return erased.error();
  note_deletion(seq, *erased);
  std::erase_if(recent_, [seq](const Told& told) { return told.seq == seq; });
  fan_out(deleted_frame(spec_.id, seq, user.name, *erased));
  co_return result<void>{};
}

void Room::let_go(UserId user) {
  gone_.insert_or_assign(user, clock_.now() + gone_time);
  memory_.forget_name(user);
  // Whoever is catching up reads the log again, where the name is gone.
  recent_.clear();
  recent_after_ = last_told_;
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
    auto erased = co_await log().erase_of(spec_.id, user, limits::erase_batch_max);
    if (!erased) co_return erased.error();
    if (erased->seqs.empty()) co_return result<void>{};
    const auto before = erased->last.value - erased->seqs.size();
    auto number = before;
    for (const Seq seq : erased->seqs) note_deletion(seq, DeletionId{++number});
    number = before;
    std::erase_if(recent_, [&](const Told& told) {
      return std::ranges::find(erased->seqs, told.seq) != erased->seqs.end();
    });
    for (const Seq seq : erased->seqs)
      fan_out(deleted_frame(spec_.id, seq, "", DeletionId{++number}));
    // Others of this room's people have their turn before the next bite.
    co_await asio::post(home_.executor(), asio::use_awaitable);
  }
}

void Room::note_deletion(Seq seq, DeletionId number) {
  if (number.value != last_deletion_.value + 1) recently_deleted_.clear();
  last_deletion_ = number;
  recently_deleted_.push_back(seq);
  if (recently_deleted_.size() > recently_deleted_max) recently_deleted_.pop_front();
}

// What was deleted after the deletion `number`; nothing when that is not known any more.
std::optional<std::vector<Seq>> Room::deleted_since(DeletionId number) const {
  const auto count = last_deletion_.value - number.value;
  if (number > last_deletion_ || count > recently_deleted_.size()) return std::nullopt;
  return std::vector<Seq>(recently_deleted_.end() - static_cast<std::ptrdiff_t>(count),
                          recently_deleted_.end());
}

}  // namespace colo
