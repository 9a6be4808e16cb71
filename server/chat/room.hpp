// A room: who is in it, what was said last, and everybody hearing it in order.
//
// Lives on its home shard and is called there only (`co_await on(home, …)`).
// Invariant: a phone that was told Joined hears each later message exactly once
// and in the order of seq, for as long as its socket stands; a message is told
// only after the log has it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "chat/subscribers.hpp"
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

/// Somebody's phone at the door.
struct Arrival {
  User user;
  ConnectionId connection;
  std::weak_ptr<Subscriber> member;  // locked on its own shard only, so that it ends there
  Seq after;                         // 0: the newest page
  Epoch epoch;                       // that `after` was learnt in; 0: the phone does not say
  DeletionId after_deletion;         // the newest it heard of
  std::size_t page_bytes = limits::page_bytes_max;  // what it is told at once ends there
};

/// What a phone wants said, checked.
struct Saying {
  ClientId client_id;
  std::string drawing;
  std::string caption;
  Seq remix_of;
};

enum class Departure {
  clean,    // Leave, or a clean close: gone at once
  dropped,  // the connection broke: the place is kept for a while
};

class Room {
 public:
  using Changed = std::function<void()>;

  /// `log` is the persistent rooms' common one; a temporary room keeps its own.
  /// `changed` is called on the home shard when the occupancy changes.
  Room(RoomSpec spec, Shards& shards, MessageLog& log, const Clock& clock, Rate drawings,
       Changed changed);

  const RoomSpec& spec() const { return spec_; }  // any shard
  Shard& home() const { return home_; }           // any shard

  /// Learns from the log where the room left off. Once, before anything else.
  boost::asio::awaitable<result<void>> open();

  /// Lets the phone in, or catches it up when it is in already: it is told
  /// Joined, and after that what is said. Errors: room_full, signed_out (the account
  /// is gone), storage_failed, busy.
  boost::asio::awaitable<result<void>> join(Arrival arrival);

  void leave(UserId user, ConnectionId connection, Departure how);

  /// Stores the drawing, then tells everybody. A client_id that was stored
  /// before is answered with its first seq and not told again.
  /// Errors: not_in_room, slow_down, no_such_message, bad_client_id, signed_out (the
  /// account is gone), storage_failed, busy.
  boost::asio::awaitable<result<Stored>> say(User user, ConnectionId connection, Saying saying);

  /// The page before `before`, at least 1. Errors: not_in_room, bad_range, storage_failed, busy.
  boost::asio::awaitable<result<MessagePage>> history(UserId user, ConnectionId connection,
                                                      Seq before, PageLimit limit);

  /// Errors: not_in_room, no_such_message, not_yours, storage_failed, busy.
  boost::asio::awaitable<result<void>> erase(User user, ConnectionId connection, Seq seq);

  /// Their account is gone: takes the person out of the room and lets them do
  /// nothing more here, however late it comes; their name is told no more.
  void let_go(UserId user);

  /// After let_go(): takes all that the person said away, bite by bite, and tells
  /// it. Errors: storage_failed, busy (what was erased until then stays erased).
  boost::asio::awaitable<result<void>> erase_all_of(UserId user);

  /// "Is drawing": told to the other people, as often as is of use to them.
  void pen(UserId user, ConnectionId connection, bool down);

  RoomView view() const;

  /// Once a second: those whose connection dropped and did not come back leave,
  /// and a large room hears how many it is.
  void sweep();

 private:
  struct Person {
    User user;
    std::vector<ConnectionId> connections;
    std::optional<SteadyTime> gone_at;  // no connection is left; leaves then
    std::vector<ConnectionId> pens;     // those with the pen down
  };
  // What the others were told of somebody lately, so that it is not told too often. It outlives
  // coming and going: else a flood of these would be told in full.
  struct Notices {
    Bucket bucket;
    User user;
    bool told_in = false;  // as the others were told last
    bool to_tell = false;  // it has changed since, and could not be told yet
    std::optional<SteadyTime> pen_told_at;
  };
  // The newest messages as told, so that joining a busy room does not chase its end.
  struct Told {
    Seq seq;
    SharedFrame frame;
  };

  MessageLog& log() { return spec_.persistent ? shared_log_ : memory_; }
  bool is_in(UserId user, ConnectionId connection) const;
  bool is_large() const;
  result<bool> admit(const Arrival& arrival);  // true: this connection is new here
  void undo_admission(UserId user, ConnectionId connection, std::optional<SteadyTime> kept_until);
  void take_out(UserId user, ConnectionId connection);
  void lift_pen(Person& person, ConnectionId connection);
  bool of_another_history(const Arrival& arrival, bool newcomer) const;
  boost::asio::awaitable<result<JoinedFrame>> catch_up(Arrival arrival, bool newcomer);
  boost::asio::awaitable<result<bool>> read_deleted(JoinedFrame& joined, Seq upto,
                                                    DeletionId after);
  void note_deletion(Seq seq, DeletionId number);
  std::optional<std::vector<Seq>> deleted_since(DeletionId number) const;
  enum class Reading { before, after };
  boost::asio::awaitable<result<MessagePage>> read_page(Reading direction, Seq seq,
                                                        std::size_t bytes);
  bool append_recent(JoinedFrame& joined, Seq after) const;
  std::vector<std::string> first_names(const User& among_them) const;
  void tell(const Message& message);
  Notices& notices_of(const User& user, bool told_in);
  void tell_presence(const User& user);
  void tell_late_presences();
  void tell_presence_now(Notices& notices, bool is_in);
  void fan_out(const SharedFrame& frame);
  void tell_others(const Person& person, const SharedFrame& frame);
  void run_at(ConnectionId connection, std::function<void(Subscribers&)> task);
  // `for_good`: they do not come back, and are not to be named any more.
  void remove(UserId user, bool for_good = false);

  RoomSpec spec_;
  Shards& shards_;
  Shard& home_;
  MessageLog& shared_log_;
  MemoryLog memory_;
  const Clock& clock_;
  Rate drawings_;
  Changed changed_;
  Epoch epoch_;
  std::optional<Seq> restored_at_;  // see RoomHistory
  Seq last_told_;
  std::deque<Told> recent_;
  Seq recent_after_;  // recent_ has all that was told later and not deleted
  DeletionId last_deletion_;
  std::deque<Seq> recently_deleted_;  // by the newest deletions, the last is last_deletion_
  std::unordered_map<UserId, Person> people_;
  std::unordered_map<UserId, SteadyTime> gone_;  // till nothing of theirs can be on its way
  std::unordered_map<UserId, Bucket> sayings_;   // outlives a person's coming and going
  std::unordered_map<UserId, Notices> notices_;
  std::vector<std::unique_ptr<Subscribers>> subscribers_;  // one per shard, each touched only there
  std::vector<std::size_t> connections_on_;                // how many, per shard
  bool occupancy_to_tell_ = false;
};

}  // namespace colo
