// The Store contract: what the server asks of the place where things are kept.
//
// A MessageLog gives each message its seq, dense per room, in the same
// transaction as an insert that counts once per (author, client_id). When
// append() has returned, the message is as safe as the log promises (on disk,
// or in memory). All calls may be made from any shard and come back to it.
// Every log passes storage/message_log_contract.hpp.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "domain/errc.hpp"
#include "domain/message.hpp"
#include "domain/names.hpp"
#include "domain/room.hpp"

namespace colo {

struct Stored {
  Seq seq;
  WallTime sent_at;
  bool repeated = false;     // it was there already: the first one counts
  std::string remix_author;  // see Message; not of a repeated one
};

class MessageLog {
 public:
  virtual ~MessageLog() = default;

  /// Errors: storage_failed, busy; bad_client_id when the author used the
  /// client_id in another room; no_such_message when remix_of is beyond the last.
  virtual boost::asio::awaitable<result<Stored>> append(NewMessage message) = 0;

  /// Up to `limit` messages just before `seq`, ascending; more: older ones exist.
  /// A `seq` beyond the end means the newest.
  virtual boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                             std::size_t limit) = 0;

  /// Up to `limit` messages just after `seq`, ascending; more: newer ones exist.
  virtual boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq,
                                                            std::size_t limit) = 0;

  /// The last seq given in the room, also when that message was deleted; 0: none yet.
  virtual boost::asio::awaitable<result<Seq>> last_seq(RoomId room) = 0;

  /// Takes a message away; its seq stays used, its client_id stays known.
  /// `by` must be its author or an administrator. Gives the deletion its number,
  /// dense per room, in the same transaction. Errors: no_such_message, not_yours.
  virtual boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) = 0;

  /// The number of the room's newest deletion; 0: none yet.
  virtual boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) = 0;

  /// The seqs that the deletions after `after` and up to `last` took away, in
  /// their order. Fewer than that when the log has forgotten some.
  virtual boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                                   DeletionId last) = 0;
};

struct Account {
  User user;
  std::string password_hash;  // Argon2id, in libsodium's text form
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  /// Errors: username_taken when any of the forms is, storage_failed, busy.
  virtual boost::asio::awaitable<result<User>> create_account(NameForms name,
                                                              std::string password_hash) = 0;

  /// The account with this NameForms::key, or nothing.
  virtual boost::asio::awaitable<result<std::optional<Account>>> find_account(std::string key) = 0;

  /// For when the hash's parameters rise. Errors: storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> set_password_hash(UserId user, std::string hash) = 0;
};

}  // namespace colo
