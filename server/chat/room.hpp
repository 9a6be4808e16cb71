// A room: checks who may do what, and joins the roster, the timeline and the subscribers.
//
// Invariant: a client that was sent Joined is sent each later message exactly once and in the
// order of seq, for as long as its connection is open. A temporary room keeps its own log and
// clears it when the last person leaves.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "chat/recent_people.hpp"
#include "chat/room_subscribers.hpp"
#include "chat/roster.hpp"
#include "chat/timeline.hpp"
#include "domain/errc.hpp"
#include "domain/limits.hpp"
#include "domain/message.hpp"
#include "domain/rate.hpp"
#include "domain/room.hpp"
#include "runtime/clock.hpp"
#include "runtime/shard.hpp"
#include "storage/memory_log.hpp"
#include "storage/store.hpp"

namespace colo {

/// A connection that wants to join.
struct Arrival {
  User user;
  ConnectionId connection;
  std::weak_ptr<Subscriber> subscriber;
  Timeline::Position known;  // the room sets `entering`
};

class Room {
 public:
  /// `log` is the log of all saved rooms. `changed` is called when the number of people changes.
  Room(RoomSpec spec, Shards& shards, MessageLog& log, const Clock& clock, Rate drawings,
       std::function<void()> changed);
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  /// Reads from the log where the room left off. Once, before anything else.
  /// Errors: storage_failed, busy.
  boost::asio::awaitable<result<void>> open();

  /// Adds the connection, or catches it up if it is in the room already: replies with Joined, and
  /// publishes to it what follows. Errors: room_full, signed_out (the account was deleted),
  /// storage_failed, busy; not_in_room when it left meanwhile.
  boost::asio::awaitable<result<void>> join(Arrival arrival);

  void leave(UserId user, ConnectionId connection, Departure how);

  /// Stores the drawing and publishes it. See Timeline::append. Errors: not_in_room, slow_down,
  /// no_such_message, bad_client_id, signed_out (the account was deleted), storage_failed, busy.
  boost::asio::awaitable<result<Stored>> append(User user, ConnectionId connection, Draft draft);

  /// See Timeline::history. Errors: not_in_room, bad_range, storage_failed, busy.
  boost::asio::awaitable<result<MessagePage>> history(UserId user, ConnectionId connection,
                                                      Seq before, PageLimit limit);

  /// Deletes a message. Errors: not_in_room, no_such_message, not_yours, storage_failed, busy.
  boost::asio::awaitable<result<void>> erase(User user, ConnectionId connection, Seq seq);

  /// The account was deleted: removes the person, refuses what arrives from them later, and
  /// removes their name from what is kept here.
  void remove_account(UserId user);

  /// After remove_account(): deletes all messages of the account, in batches. Errors:
  /// storage_failed, busy (what was deleted until then stays deleted).
  boost::asio::awaitable<result<void>> erase_all_of(UserId user);

  /// "Is drawing": see Roster::set_pen.
  void set_pen(UserId user, ConnectionId connection, bool down);

  RoomView view() const;

  /// Once a second: see Roster::sweep.
  void sweep();

 private:
  void occupancy_changed();

  const RoomSpec spec_;
  const Clock& clock_;
  const Rate drawings_;
  std::function<void()> changed_;
  MemoryLog memory_;  // used by a temporary room only
  RoomSubscribers subscribers_;
  Roster roster_;
  Timeline timeline_;
  RecentPeople<Bucket> drawing_rates_{limits::drawing_rates_max};  // outlives a person's leaving
};

}  // namespace colo
