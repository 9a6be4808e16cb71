// The messages of one temporary room, in memory only.
//
// Owned by its room. Bounded in bytes: the oldest messages are evicted, and their client_ids with
// them. Of deleted messages the newest limits::deletions_told_max are known, without content.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

#include "domain/limits.hpp"
#include "storage/store.hpp"

namespace colo {

class MemoryLog final : public MessageLog {
 public:
  explicit MemoryLog(std::size_t bytes_max = limits::temporary_room_bytes_max)
      : bytes_max_(bytes_max) {}

  // The room's id is not checked: each room has its own log.
  boost::asio::awaitable<result<Stored>> append(NewMessage message) override;
  boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                     PageLimit limit) override;
  boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq, PageLimit limit) override;
  boost::asio::awaitable<result<RoomHistory>> history(RoomId room) override;
  boost::asio::awaitable<result<Seq>> last_seq(RoomId room) override;
  boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) override;
  boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) override;
  boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                           DeletionId last) override;
  boost::asio::awaitable<result<Erasure>> erase_of(RoomId room, UserId author,
                                                   std::size_t limit) override;

  /// Clears the name of an author whose account was removed.
  void forget_name(UserId author);

  /// Removes everything; the next message has seq 1 again.
  void clear();

  /// Approximate memory of the messages.
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Seq seq;
    User author;
    WallTime sent_at;
    std::string drawing;
    std::string caption;
    Seq remix_of;
    ClientId client_id;
    User remix_author;
  };
  struct Key {
    UserId author;
    ClientId client_id;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<ClientId>{}(key.client_id) ^ std::hash<UserId>{}(key.author);
    }
  };

  // The result of the first append of a client_id.
  struct Known {
    Seq seq;
    WallTime sent_at;
  };
  struct Deleted {
    Seq seq;
    User author;
    ClientId client_id;
  };
  using Entries = std::deque<Entry>;

  static std::size_t bytes_of(const Entry& entry);
  static std::size_t bytes_of(const Deleted& deleted);
  Entries::iterator not_before(Seq seq);
  User author_of(Seq seq);  // also of a deleted message; empty when not known
  DeletionId take_away(Entries::iterator entry);
  void drop_oldest();
  static Message message_of(const RoomId& room, const Entry& entry);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Seq last_;
  Entries entries_;  // ascending by seq; gaps only where messages were deleted
  std::unordered_map<Key, Known, KeyHash> known_;
  std::uint64_t deletions_ = 0;
  std::deque<Deleted> deleted_;  // the newest deletions, oldest first
};

}  // namespace colo
