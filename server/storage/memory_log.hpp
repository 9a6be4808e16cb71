// The messages of one temporary room, in memory and nowhere else.
//
// Belongs to its room and is used on the room's shard only. Bounded in bytes:
// the oldest messages make place for new ones, and with them their client_ids.
// Seqs are dense, so a message's place in the queue is its seq minus the first.
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

  // One room has one log: the room's id is taken as given.
  boost::asio::awaitable<result<Stored>> append(NewMessage message) override;
  boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                     PageLimit limit) override;
  boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq, PageLimit limit) override;
  boost::asio::awaitable<result<Seq>> last_seq(RoomId room) override;
  boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) override;
  boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) override;
  boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                           DeletionId last) override;
  boost::asio::awaitable<result<Erasure>> erase_of(RoomId room, UserId author,
                                                   std::size_t limit) override;

  /// The author's account is gone: their name stands nowhere any more.
  void forget_name(UserId author);

  /// Forgets everything; the next message is number 1 of a new life.
  void clear();

  /// What the messages occupy, about.
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    User author;
    WallTime sent_at;
    std::string drawing;
    std::string caption;
    Seq remix_of;
    ClientId client_id;
    User remix_author;
    bool deleted = false;  // emptied, but its seq and client_id stay used
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

  Seq last() const { return {first_ + entries_.size() - 1}; }
  static std::size_t bytes_of(const Entry& entry);
  User author_of(Seq seq) const;  // also of a deleted one; nobody: not known any more
  DeletionId empty(Seq seq);
  void drop_oldest();
  Message message_at(const RoomId& room, std::size_t index) const;

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 1;  // the seq of entries_.front()
  std::deque<Entry> entries_;
  std::unordered_map<Key, Seq, KeyHash> known_;
  std::uint64_t deletions_ = 0;
  std::deque<Seq> deleted_;  // by the newest deletions, as many as anybody is told of
};

}  // namespace colo
