// The messages of one temporary room, in memory only.
//
// Bounded in bytes: the oldest messages are dropped for new ones, and their client_ids with them.
// Of deleted messages only the place is kept, and of the newest limits::deletions_told_max only.
// One room has one log: the room ids that calls name are ignored.
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_map>

#include "domain/limits.hpp"
#include "storage/store.hpp"

namespace colo {

class MemoryLog final : public MessageLog {
 public:
  explicit MemoryLog(std::size_t bytes_max = limits::temporary_room_bytes_max)
      : bytes_max_(bytes_max) {}

  boost::asio::awaitable<result<Stored>> append(Message message) override;
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

  /// The account was deleted: removes its name from all messages.
  void forget_name(UserId author);

  /// Deletes everything. The next message gets seq 1.
  void clear();

  /// An estimate of the memory in use.
  std::size_t bytes() const { return bytes_; }

 private:
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

  // The first reply to a client_id.
  struct Known {
    Seq seq;
    WallTime sent_at;
  };
  struct Deleted {
    Seq seq;
    User author;
    ClientId client_id;
  };
  using Messages = std::deque<Message>;

  static std::size_t bytes_of(const Message& message);
  static std::size_t bytes_of(const Deleted& deleted);
  Messages::iterator not_before(Seq seq);
  User author_of(Seq seq);  // also of a deleted message; without a name: not known any more
  DeletionId take_away(Messages::iterator message);
  void drop_oldest();

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Seq last_;
  Messages messages_;  // ascending by seq; only deleted ones are missing
  std::unordered_map<Key, Known, KeyHash> known_;
  std::uint64_t deletions_ = 0;
  std::deque<Deleted> deleted_;  // in the order of the deletions
};

}  // namespace colo
