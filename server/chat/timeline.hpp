// A room's messages: append, catch a client up, history, deletions.
//
// Invariants: a message is published once, in the order of seq, after the log stored it. What
// catch_up() returns and what is published after it returned are together each message once. The
// caller must subscribe the client without waiting in between. Knows nothing of people.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "chat/recent.hpp"
#include "domain/errc.hpp"
#include "domain/message.hpp"
#include "domain/room.hpp"
#include "storage/store.hpp"
#include "wire/frames.hpp"

namespace colo {

class Timeline {
 public:
  using Publish = std::function<void(const SharedFrame&)>;

  Timeline(const RoomSpec& spec, MessageLog& log, Publish publish);

  /// Reads from the log where the room left off. Once, before anything else.
  /// Errors: storage_failed, busy.
  boost::asio::awaitable<result<void>> open();

  /// Stores the message and publishes it. A client_id that was stored before returns its first
  /// seq and publishes nothing. Errors: as MessageLog::append.
  boost::asio::awaitable<result<Stored>> append(Message message);

  /// What a client knows of the room.
  struct Position {
    Seq after;                  // the last message it has; 0: none, it wants the newest page
    Epoch epoch;                // that `after` counts in; 0: not sent by the client
    DeletionId after_deletion;  // the last deletion it has
    bool entering = true;       // its connection was not in the room before
    std::size_t page_bytes = limits::page_bytes_max;
  };
  /// What the client misses, without members and occupancy. Errors: storage_failed, busy.
  boost::asio::awaitable<result<JoinedFrame>> catch_up(Position known);

  /// The page before `before`, at least 1. Errors: bad_range, storage_failed, busy.
  boost::asio::awaitable<result<MessagePage>> history(Seq before, PageLimit limit);

  /// Deletes the message and publishes that. Errors: as MessageLog::erase.
  boost::asio::awaitable<result<void>> erase(User by, Seq seq);

  /// Deletes the next limits::erase_batch_max messages of `author`, and publishes that. False when
  /// none was left. Errors: storage_failed, busy.
  boost::asio::awaitable<result<bool>> erase_batch_of(UserId author);

  /// A name in published messages changed: clients are caught up from the log instead.
  void drop_recent() { recent_.reset(last_published_); }

  /// The log was cleared: the next life of a temporary room begins.
  void restart();

  /// Of the newest message published.
  Seq last_seq() const { return last_published_; }

 private:
  bool is_of_another_history(const Position& known) const;
  boost::asio::awaitable<result<bool>> read_deleted(JoinedFrame& joined, Position known);
  boost::asio::awaitable<result<MessagePage>> read_page(bool newest, Seq after, PageLimit limit);
  void publish(const Message& message);

  const RoomSpec& spec_;
  MessageLog& log_;
  Publish publish_;
  Epoch epoch_;
  std::optional<Seq> restored_at_;  // see RoomHistory
  Seq last_published_;
  RecentFrames recent_;
  RecentDeletions deletions_;
};

}  // namespace colo
