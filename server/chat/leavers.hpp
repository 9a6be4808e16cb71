// Those whose account is gone: out of every room at once, and their drawings
// erased if they wanted that, in the background.
//
// Lives on the first shard. What is still to be erased stands in the store, so
// that it is gone on with after a restart.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>

#include "chat/rooms.hpp"
#include "storage/store.hpp"

namespace colo {

class Leavers {
 public:
  Leavers(Shards& shards, Rooms& rooms, MessageLog& log, AccountStore& accounts)
      : shards_(shards), rooms_(rooms), log_(log), accounts_(accounts) {}

  /// Goes on with what an earlier run did not finish. Once, after the rooms were opened.
  /// Errors: storage_failed.
  boost::asio::awaitable<result<void>> open();

  /// The account is a tombstone since: when this returns its person is in no room
  /// and can do nothing there. From any shard.
  boost::asio::awaitable<void> let_go(UserId user);

  /// After let_go(): begins to erase what they drew; returns at once. From any shard.
  void erase_drawings(UserId user);

 private:
  boost::asio::awaitable<void> erase_in_turn();
  boost::asio::awaitable<result<void>> erase(UserId user);
  boost::asio::awaitable<result<void>> erase_unlisted(const RoomId& room, UserId user);

  Shards& shards_;
  Rooms& rooms_;
  MessageLog& log_;
  AccountStore& accounts_;
  std::deque<UserId> waiting_;
  bool erasing_ = false;
};

}  // namespace colo
