#include "chat/room.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>

namespace colo {

namespace asio = boost::asio;

Room::Room(RoomSpec spec, Shards& shards, MessageLog& log, const Clock& clock, Rate drawings,
           std::function<void()> changed)
    : spec_(std::move(spec)),
      clock_(clock),
      drawings_(drawings),
      changed_(std::move(changed)),
      subscribers_(shards),
      roster_(
          spec_, clock,
          [this](const SharedFrame& frame, const std::vector<ConnectionId>& except) {
            subscribers_.publish(frame, except);
          },
          [this] { occupancy_changed(); }),
      timeline_(spec_, spec_.persistent ? log : memory_,
                [this](const SharedFrame& frame) { subscribers_.publish(frame); }) {}

asio::awaitable<result<void>> Room::open() {
  return timeline_.open();
}

asio::awaitable<result<void>> Room::join(Arrival arrival) {
  const auto user = arrival.user.id;
  const auto connection = arrival.connection;
  const auto admitted = roster_.admit(arrival.user, connection);
  if (!admitted) co_return admitted.error();
  if (admitted->new_connection) subscribers_.add(connection);

  arrival.known.entering = admitted->new_connection;
  auto joined = co_await timeline_.catch_up(arrival.known);
  if (!roster_.is_in(user, connection)) co_return errc::not_in_room;  // left meanwhile
  if (!joined) {
    if (admitted->new_connection) {
      subscribers_.remove(connection);
      roster_.undo(*admitted, user, connection);
    }
    co_return joined.error();
  }
  // Nothing may wait from here on: what is published next must follow Joined.
  joined->members = roster_.names(arrival.user);
  joined->occupancy = roster_.occupancy();
  const bool caught_up = arrival.known.after == Seq{} || joined->reset || !joined->more;
  subscribers_.reply_to(connection, std::move(arrival.subscriber), joined_frame(*joined),
                        caught_up);
  co_return result<void>{};
}

void Room::leave(UserId user, ConnectionId connection, Departure how) {
  if (!roster_.is_in(user, connection)) return;
  subscribers_.remove(connection);
  roster_.leave(user, connection, how);
}

asio::awaitable<result<Stored>> Room::append(User user, ConnectionId connection, Draft draft) {
  const auto author = user.id;
  if (!roster_.is_in(author, connection)) co_return errc::not_in_room;
  const auto now = clock_.now();
  const auto wait = drawing_rates_.use(author, Bucket(drawings_, now)).take(now);
  if (wait.count() > 0)
    co_return Refusal(errc::slow_down, std::string(sentence(errc::slow_down)), wait);

  Message message{spec_.id,
                  std::move(user),
                  draft.client_id,
                  std::move(draft.drawing),
                  std::move(draft.caption),
                  draft.remix_of,
                  clock_.wall(),
                  {},
                  {}};
  auto stored = co_await timeline_.append(std::move(message));
  // It was not stored, and the client will send it again.
  if (!stored && retry_time(stored.error().code).count() > 0)
    if (auto* rate = drawing_rates_.find(author)) rate->give_back();
  co_return stored;
}

asio::awaitable<result<MessagePage>> Room::history(UserId user, ConnectionId connection, Seq before,
                                                   PageLimit limit) {
  if (!roster_.is_in(user, connection)) co_return errc::not_in_room;
  co_return co_await timeline_.history(before, limit);
}

asio::awaitable<result<void>> Room::erase(User user, ConnectionId connection, Seq seq) {
  if (!roster_.is_in(user.id, connection)) co_return errc::not_in_room;
  co_return co_await timeline_.erase(std::move(user), seq);
}

void Room::remove_account(UserId user) {
  memory_.forget_name(user);
  timeline_.drop_recent();
  for (const auto connection : roster_.connections_of(user)) subscribers_.remove(connection);
  roster_.remove_account(user);
}

asio::awaitable<result<void>> Room::erase_all_of(UserId user) {
  for (;;) {
    const auto erased = co_await timeline_.erase_batch_of(user);
    if (!erased) co_return erased.error();
    if (!*erased) co_return result<void>{};
    // Lets other tasks of the shard run between two batches.
    co_await asio::post(asio::use_awaitable);
  }
}

void Room::set_pen(UserId user, ConnectionId connection, bool down) {
  roster_.set_pen(user, connection, down);
}

RoomView Room::view() const {
  return {spec_, roster_.occupancy(), timeline_.last_seq()};
}

void Room::sweep() {
  const auto now = clock_.now();
  drawing_rates_.erase_if([now](const Bucket& rate) { return rate.full(now); });
  roster_.sweep();
}

void Room::occupancy_changed() {
  changed_();
  if (!roster_.empty() || spec_.persistent) return;
  memory_.clear();
  timeline_.restart();
}

}  // namespace colo
