// Cleans up after deleted accounts: removes their people from all rooms immediately, and erases
// their drawings in the background if that was requested.
//
// Which drawings are still to be erased is recorded in the store and nowhere else, so erasing
// continues after a failure or a restart of the server.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "chat/rooms.hpp"
#include "runtime/background_loops.hpp"
#include "runtime/event.hpp"
#include "runtime/owned.hpp"
#include "storage/store.hpp"

namespace colo {

class AccountEraser {
 public:
  AccountEraser(Shards& shards, Rooms& rooms, MessageLog& log, AccountStore& accounts)
      : rooms_(rooms),
        log_(log),
        accounts_(accounts),
        home_(shards.first()),
        wanted_(home_, home_) {}

  /// Starts the background loop. Once, after the rooms were opened.
  void start(BackgroundLoops& loops);

  /// After AccountStore::remove_account: when this returns, the person is in no room and can do
  /// nothing there.
  boost::asio::awaitable<void> remove_from_rooms(UserId user);

  /// Accounts to erase were added to the store: begins to erase them, without waiting.
  void erase_drawings() { wanted_.post(&Event::set); }

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<result<bool>> erase_some();
  boost::asio::awaitable<result<void>> erase(UserId user);
  boost::asio::awaitable<result<void>> erase_unlisted(RoomId room, UserId user);

  Rooms& rooms_;
  MessageLog& log_;
  AccountStore& accounts_;
  Shard& home_;
  Owned<Event> wanted_;
};

}  // namespace colo
