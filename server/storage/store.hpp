// The contracts of storage: messages, accounts, invites.
//
// A MessageLog gives each message its seq, dense per room, in the same transaction as an insert
// that is idempotent on (author, client_id). When append() has returned, the message is as
// durable as the log promises (on disk, or in memory). Thread-safe unless an implementation says
// otherwise; a call resumes on the caller's executor. Every log passes
// storage/message_log_contract.hpp.
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
  bool repeated = false;  // it was stored before: these are the first one's
  User remix_author;      // see Message; not set when repeated
};

/// Which history of a room its seqs belong to.
struct RoomHistory {
  Epoch epoch;                     // changes when an older copy of the database is restored
  std::optional<Seq> restored_at;  // the last seq at that time; none: no restore was noticed
};

/// What one batch of erasing deleted.
struct Erasure {
  std::vector<Seq> seqs;  // in the order of their deletions; empty: nothing was left
  DeletionId last;        // the number of the last of them
};

/// The bounds of one page: messages, and bytes of drawings and captions. The first message is
/// read however large it is.
struct PageLimit {
  PageLimit(std::size_t messages_max, std::size_t bytes_max = limits::page_bytes_max)
      : messages(messages_max), bytes(bytes_max) {}

  std::size_t messages;
  std::size_t bytes;
};

/// Fills one page, message by message, up to its limit.
class PageFill {
 public:
  explicit PageFill(PageLimit limit) : limit_(limit) {}

  /// Adds the message. False when the page is full without it; the page then says `more`.
  bool add(Message&& message) {
    bytes_ += message.drawing.size() + message.caption.size();
    const auto count = page_.messages.size();
    page_.more = count == limit_.messages || (count > 0 && bytes_ > limit_.bytes);
    if (!page_.more) page_.messages.push_back(std::move(message));
    return !page_.more;
  }
  /// Further messages exist that were not offered to add().
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

  /// Stores `message`; its seq and remix_author are ignored. Errors: storage_failed, busy;
  /// bad_client_id when the author used the client_id in another room; no_such_message when
  /// remix_of is beyond the last seq; signed_out when the author's account was deleted.
  virtual boost::asio::awaitable<result<Stored>> append(Message message) = 0;

  /// Up to `limit` messages just before `seq`, ascending; more: older ones exist.
  /// A `seq` beyond the end means the newest. Reads little more than it returns.
  virtual boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                             PageLimit limit) = 0;

  /// Up to `limit` messages directly after `seq`, ascending; more: newer ones exist.
  virtual boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq,
                                                            PageLimit limit) = 0;

  /// Constant while the log is open.
  virtual boost::asio::awaitable<result<RoomHistory>> history(RoomId room) = 0;

  /// The last seq assigned in the room, even if that message was deleted; 0: none yet.
  virtual boost::asio::awaitable<result<Seq>> last_seq(RoomId room) = 0;

  /// Deletes a message. Its seq stays used and its client_id stays known for a while. `by` must
  /// be its author or an administrator (a log that knows accounts checks again). Gives the
  /// deletion its number, dense per room, in the same transaction. Errors: no_such_message,
  /// not_yours, storage_failed, busy.
  virtual boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) = 0;

  /// The room's newest deletion; 0: none yet.
  virtual boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) = 0;

  /// The seqs deleted by the deletions after `after` and up to `last`, in their order. Fewer
  /// when the log no longer knows all of them.
  virtual boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                                   DeletionId last) = 0;

  /// Deletes up to `limit` messages of `author`, oldest first, each as erase() does, in one
  /// transaction. Errors: storage_failed, busy.
  virtual boost::asio::awaitable<result<Erasure>> erase_of(RoomId room, UserId author,
                                                           std::size_t limit) = 0;
};

/// Which process opened the database. The server reads the account changes of `colo admin`
/// (AccountStore::outside_changes).
enum class OpenedBy { server, admin_command };

struct Account {
  User user;
  std::string password_hash;  // Argon2id, in libsodium's text form
  PasswordVersion password;
};

/// An account that another process changed, as it is now.
struct OutsideChange {
  std::int64_t id = 0;
  Account account;
};

/// The conditions under which an account is created.
struct Admission {
  std::optional<CodeHash> invite;  // used in the same transaction that creates the account
  bool admin = false;
  bool only_first_admin = false;  // refused when an administrator exists
  WallTime now{};
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  /// Errors: username_taken when any of the forms is; invite_gone when the admission is not
  /// valid (any more), or its maker is no longer an administrator; storage_failed, busy.
  virtual boost::asio::awaitable<result<Account>> create_account(NameForms name,
                                                                 std::string password_hash,
                                                                 Admission admission) = 0;

  /// The account with this NameForms::key, if any.
  virtual boost::asio::awaitable<result<std::optional<Account>>> find_account(std::string key) = 0;

  /// The account; nothing when it was deleted.
  virtual boost::asio::awaitable<result<std::optional<Account>>> account(UserId user) = 0;

  virtual boost::asio::awaitable<result<bool>> has_admin() = 0;

  /// Replaces the hash of an unchanged password, when the hash's parameters rise. Does nothing
  /// when the password's version is not `version`. Errors: storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> renew_password_hash(UserId user,
                                                                   PasswordVersion version,
                                                                   std::string hash) = 0;

  /// Replaces the password at `version`; returns the new version. Errors: wrong_password when
  /// the version is another by now, storage_failed, busy.
  virtual boost::asio::awaitable<result<PasswordVersion>> change_password(UserId user,
                                                                          PasswordVersion version,
                                                                          std::string hash) = 0;

  /// Makes the account an administrator. Errors: invite_gone when `only_first` and there is one
  /// already, signed_out when the account was deleted, storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> make_admin(UserId user, bool only_first) = 0;

  /// Deletes the account but for a tombstone: no name (others may take it), no password, no
  /// invites, no further appends. With `erase_drawings`, accounts_to_erase() lists it until
  /// drawings_erased(). Errors: as change_password().
  virtual boost::asio::awaitable<result<void>> remove_account(UserId user, PasswordVersion version,
                                                              bool erase_drawings) = 0;

  /// Deleted accounts whose drawings are still to be erased, at most
  /// limits::accounts_erased_at_once.
  virtual boost::asio::awaitable<result<std::vector<UserId>>> accounts_to_erase() = 0;
  /// The rooms that hold messages of `author`, whether or not they are configured.
  virtual boost::asio::awaitable<result<std::vector<RoomId>>> rooms_drawn_in(UserId author) = 0;
  virtual boost::asio::awaitable<result<void>> drawings_erased(UserId user) = 0;

  /// Accounts that another process created or changed, oldest change first, until
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
  bool maker_is_admin = true;  // now

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

  /// Errors: not_admin when made_by is no administrator (any more), too_many_invites when
  /// limits::invites_max work, storage_failed, busy.
  virtual boost::asio::awaitable<result<Invite>> make_invite(NewInvite invite) = 0;

  /// All that were not revoked or pruned, newest first.
  virtual boost::asio::awaitable<result<std::vector<Invite>>> invites() = 0;

  virtual boost::asio::awaitable<result<std::optional<Invite>>> find_invite(CodeHash code) = 0;

  /// Errors: no_such_invite, storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> revoke_invite(InviteId id) = 0;
};

}  // namespace colo
