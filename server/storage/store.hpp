// The contracts of storage: messages, accounts and invites.
//
// A MessageLog gives each message its seq, dense per room, in the same transaction as an insert
// that is idempotent on (author, client_id). When append() returns, the message is as durable as
// that log promises (on disk, or in memory). Calls may be made on any executor and resume there.
// Every log passes storage/message_log_contract.hpp.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/errc.hpp"
#include "domain/limits.hpp"
#include "domain/message.hpp"
#include "domain/names.hpp"
#include "domain/room.hpp"

namespace colo {

struct Stored {
  Seq seq;
  WallTime sent_at;
  bool repeated = false;     // stored before: this is the result of the first append
  std::string remix_author;  // see Message; empty if repeated
};

/// Which history of a room its seqs belong to.
struct RoomHistory {
  Epoch epoch;                     // changes when an older copy is restored
  std::optional<Seq> restored_at;  // the last seq at that time; none: never detected
};

/// The messages erased by one batch.
struct Erasure {
  std::vector<Seq> seqs;  // in the order of their deletions; empty: none were left
  DeletionId last;        // of the last of them
};

/// Bounds of one read: messages, and bytes of drawings and captions. The first message is read
/// whatever its size.
struct PageLimit {
  PageLimit(std::size_t most_messages, std::size_t most_bytes = limits::page_bytes_max)
      : messages(most_messages), bytes(most_bytes) {}

  std::size_t messages;
  std::size_t bytes;
};

/// Collects messages up to a PageLimit.
class PageFill {
 public:
  explicit PageFill(PageLimit limit) : limit_(limit) {}

  /// Adds the message. False when it does not fit: then the page has `more`.
  bool add(Message&& message) {
    bytes_ += message.drawing.size() + message.caption.size();
    const auto count = page_.messages.size();
    page_.more = count == limit_.messages || (count > 0 && bytes_ > limit_.bytes);
    if (!page_.more) page_.messages.push_back(std::move(message));
    return !page_.more;
  }
  /// Sets `more`.
  void leave_the_rest() { page_.more = true; }
  bool empty() const { return page_.messages.empty(); }
  MessagePage take() { return std::move(page_); }

 private:
  PageLimit limit_;
  std::size_t bytes_ = 0;
  MessagePage page_;
};

class MessageLog {
 public:
  virtual ~MessageLog() = default;

  /// Errors: storage_failed, busy; bad_client_id when the author used the
  /// client_id in another room; no_such_message when remix_of is beyond the last;
  /// signed_out when the author's account is gone.
  virtual boost::asio::awaitable<result<Stored>> append(NewMessage message) = 0;

  /// Up to `limit` messages directly before `seq`, ascending; more: older ones exist.
  /// A `seq` beyond the end reads the newest. Reads at most one message more than it returns.
  virtual boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                             PageLimit limit) = 0;

  /// Up to `limit` messages directly after `seq`, ascending; more: newer ones exist.
  virtual boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq,
                                                            PageLimit limit) = 0;

  /// Does not change while the log is open.
  virtual boost::asio::awaitable<result<RoomHistory>> history(RoomId room) = 0;

  /// The last seq assigned in the room, even if that message was deleted; 0: none yet.
  virtual boost::asio::awaitable<result<Seq>> last_seq(RoomId room) = 0;

  /// Erases a message. Its seq is not reused; its client_id stays known for a while. `by` must be
  /// its author or an administrator (a log with accounts checks that they still are). Assigns the
  /// DeletionId, dense per room, in the same transaction. Errors: no_such_message, not_yours.
  virtual boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) = 0;

  /// The room's newest deletion; 0: none yet.
  virtual boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) = 0;

  /// The seqs erased by the deletions after `after` up to `last`, in the order of deletion. Fewer
  /// when the log no longer knows some.
  virtual boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                                   DeletionId last) = 0;

  /// Erases up to `limit` messages of `author`, the oldest first, each as erase() does, in one
  /// transaction. Errors: storage_failed, busy.
  virtual boost::asio::awaitable<result<Erasure>> erase_of(RoomId room, UserId author,
                                                           std::size_t limit) = 0;
};

/// Which process opened the database. What an admin command does to accounts is recorded in the
/// same transaction, for a running server (AccountStore::outside_changes).
enum class OpenedBy { server, admin_command };

struct Account {
  User user;
  std::string password_hash;  // Argon2id, in libsodium's text form
  PasswordVersion password;
};

/// An account that another process changed, in its current state.
struct OutsideChange {
  std::int64_t id = 0;
  Account account;
};

/// The conditions under which an account is created.
struct Admission {
  std::optional<CodeHash> invite;  // its use is counted if and only if the account is created
  bool admin = false;
  bool only_first_admin = false;  // refused when an administrator exists
  WallTime now{};
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  /// Errors: username_taken when any form of the name is; invite_gone when the invite no longer
  /// works, its creator is no longer an administrator, or only_first_admin does not hold;
  /// storage_failed, busy.
  virtual boost::asio::awaitable<result<Account>> create_account(NameForms name,
                                                                 std::string password_hash,
                                                                 Admission admission) = 0;

  /// The account with this NameForms::key, if any.
  virtual boost::asio::awaitable<result<std::optional<Account>>> find_account(std::string key) = 0;

  /// The account, if it was not removed.
  virtual boost::asio::awaitable<result<std::optional<Account>>> account(UserId user) = 0;

  virtual boost::asio::awaitable<result<bool>> has_admin() = 0;

  /// Stores the same password's hash at new parameters. Does nothing if the password is no longer
  /// the one of `version`. Errors: storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> renew_password_hash(UserId user,
                                                                   PasswordVersion version,
                                                                   std::string hash) = 0;

  /// Replaces the password of `version`; returns the version of the new one.
  /// Errors: wrong_password when it was replaced meanwhile, storage_failed, busy.
  virtual boost::asio::awaitable<result<PasswordVersion>> change_password(UserId user,
                                                                          PasswordVersion version,
                                                                          std::string hash) = 0;

  /// Makes the account an administrator. Errors: invite_gone when an administrator exists and
  /// `only_first` is set, signed_out when the account was removed, storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> make_admin(UserId user, bool only_first) = 0;

  /// Reduces the account to a tombstone: its name becomes free, its password and invites are
  /// deleted, and it can append no more. With `erase_drawings`, accounts_to_erase() lists it until
  /// drawings_erased(). Errors: as change_password().
  virtual boost::asio::awaitable<result<void>> remove_account(UserId user, PasswordVersion version,
                                                              bool erase_drawings) = 0;

  /// Removed accounts whose drawings are still to be erased.
  virtual boost::asio::awaitable<result<std::vector<UserId>>> accounts_to_erase() = 0;
  /// The rooms that hold messages of `author`, whether or not they are configured.
  virtual boost::asio::awaitable<result<std::vector<RoomId>>> rooms_drawn_in(UserId author) = 0;
  virtual boost::asio::awaitable<result<void>> drawings_erased(UserId user) = 0;

  /// Accounts that another process created or changed, in that order, until
  /// forget_outside_changes().
  virtual boost::asio::awaitable<result<std::vector<OutsideChange>>> outside_changes() = 0;
  virtual boost::asio::awaitable<result<void>> forget_outside_changes(std::int64_t upto) = 0;
};

struct Invite {
  InviteId id;
  std::string note;
  std::uint32_t uses = 0;
  std::uint32_t uses_max = 1;
  std::string made_by;
  WallTime made_at{};
  WallTime expires_at{};
  bool maker_is_admin = true;  // currently

  bool works(WallTime now) const { return uses < uses_max && now < expires_at && maker_is_admin; }
};

struct NewInvite {
  CodeHash code;
  std::string note;
  std::uint32_t uses_max = 1;
  User made_by;
  WallTime made_at{};
  WallTime expires_at{};
};

class InviteStore {
 public:
  virtual ~InviteStore() = default;

  /// Errors: not_admin when made_by currently is none, too_many_invites when limits::invites_max
  /// invites work, storage_failed, busy.
  virtual boost::asio::awaitable<result<Invite>> make_invite(NewInvite invite) = 0;

  /// All that were not revoked or pruned, the newest first.
  virtual boost::asio::awaitable<result<std::vector<Invite>>> invites() = 0;

  virtual boost::asio::awaitable<result<std::optional<Invite>>> find_invite(CodeHash code) = 0;

  /// Errors: no_such_invite, storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> revoke_invite(InviteId id) = 0;
};

}  // namespace colo
