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
  bool repeated = false;     // it was there already: the first one counts
  std::string remix_author;  // see Message; not of a repeated one
};

/// Which history of a room its seqs belong to.
struct RoomHistory {
  Epoch epoch;                     // another one after an older copy was restored
  std::optional<Seq> restored_at;  // the last seq then; none: that was never noticed
};

/// What one bite of erasing took away.
struct Erasure {
  std::vector<Seq> seqs;  // in the order of their deletions; none: nothing was left
  DeletionId last;        // the number of the last of them
};

/// How much of a room is read at once: up to so many messages, and so many bytes of drawings
/// and captions. The first message is read however large it is.
struct PageLimit {
  PageLimit(std::size_t most_messages, std::size_t most_bytes = limits::page_bytes_max)
      : messages(most_messages), bytes(most_bytes) {}

  std::size_t messages;
  std::size_t bytes;
};

/// Fills one page, message by message, as far as it goes.
class PageFill {
 public:
  explicit PageFill(PageLimit limit) : limit_(limit) {}

  /// Takes the message in; false when the page is full without it: there is more, then.
  bool add(Message&& message) {
    bytes_ += message.drawing.size() + message.caption.size();
    const auto count = page_.messages.size();
    page_.more = count == limit_.messages || (count > 0 && bytes_ > limit_.bytes);
    if (!page_.more) page_.messages.push_back(std::move(message));
    return !page_.more;
  }
  /// There is more, whether or not it would fit.
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

  /// Up to `limit` messages just before `seq`, ascending; more: older ones exist.
  /// A `seq` beyond the end means the newest. Not much more is read than is given.
  virtual boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                             PageLimit limit) = 0;

  /// Up to `limit` messages just after `seq`, ascending; more: newer ones exist.
  virtual boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq,
                                                            PageLimit limit) = 0;

  /// Does not change while the log is open.
  virtual boost::asio::awaitable<result<RoomHistory>> history(RoomId room) = 0;

  /// The last seq given in the room, also when that message was deleted; 0: none yet.
  virtual boost::asio::awaitable<result<Seq>> last_seq(RoomId room) = 0;

  /// Takes a message away; its seq stays used, its client_id stays known for a while.
  /// `by` must be its author or an administrator (still, where the log knows accounts). Gives the
  /// deletion its number, dense per room, in the same transaction. Errors: no_such_message,
  /// not_yours.
  virtual boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) = 0;

  /// The number of the room's newest deletion; 0: none yet.
  virtual boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) = 0;

  /// The seqs that the deletions after `after` and up to `last` took away, in
  /// their order. Fewer than that when the log has forgotten some.
  virtual boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                                   DeletionId last) = 0;

  /// Takes up to `limit` messages of `author` away, the oldest first, each as
  /// erase() does, all in one transaction. Errors: storage_failed, busy.
  virtual boost::asio::awaitable<result<Erasure>> erase_of(RoomId room, UserId author,
                                                           std::size_t limit) = 0;
};

/// Who writes. What is done to accounts from outside is noted along with it, for
/// the server that may be running (AccountStore::outside_changes).
enum class OpenedBy { server, admin_command };

struct Account {
  User user;
  std::string password_hash;  // Argon2id, in libsodium's text form
  PasswordVersion password;
};

/// That another process changed an account, and how it is now.
struct OutsideChange {
  std::int64_t id = 0;
  Account account;
};

/// With what right an account is made.
struct Admission {
  std::optional<CodeHash> invite;  // counts as used with the account, or not at all
  bool admin = false;
  bool only_first_admin = false;  // only while there is no administrator
  WallTime now{};
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  /// Errors: username_taken when any of the forms is; invite_gone when the
  /// admission is not good (any more), or whoever made the invite is no administrator
  /// now; storage_failed, busy.
  virtual boost::asio::awaitable<result<Account>> create_account(NameForms name,
                                                                 std::string password_hash,
                                                                 Admission admission) = 0;

  /// The account with this NameForms::key, or nothing.
  virtual boost::asio::awaitable<result<std::optional<Account>>> find_account(std::string key) = 0;

  /// The account, or nothing when it is gone.
  virtual boost::asio::awaitable<result<std::optional<Account>>> account(UserId user) = 0;

  virtual boost::asio::awaitable<result<bool>> has_admin() = 0;

  /// For when the hash's parameters rise: the password stays the one it was at
  /// `version`; of another one nothing changes. Errors: storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> renew_password_hash(UserId user,
                                                                   PasswordVersion version,
                                                                   std::string hash) = 0;

  /// Gives another password in place of the one at `version`; gives its version.
  /// Errors: wrong_password when there is another by now, storage_failed, busy.
  virtual boost::asio::awaitable<result<PasswordVersion>> change_password(UserId user,
                                                                          PasswordVersion version,
                                                                          std::string hash) = 0;

  /// Makes the account an administrator's. Errors: invite_gone when there is one
  /// already and this is `only_first`, signed_out when the account is gone,
  /// storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> make_admin(UserId user, bool only_first) = 0;

  /// Leaves a tombstone of the account: no name (others may take it), no password,
  /// no invites, nothing more can be appended. With `erase_drawings`, accounts_to_erase() has
  /// it until drawings_erased(). Errors: as change_password().
  virtual boost::asio::awaitable<result<void>> remove_account(UserId user, PasswordVersion version,
                                                              bool erase_drawings) = 0;

  /// Those gone whose drawings are still to be erased.
  virtual boost::asio::awaitable<result<std::vector<UserId>>> accounts_to_erase() = 0;
  /// The rooms that hold messages of `author`, configured or not.
  virtual boost::asio::awaitable<result<std::vector<RoomId>>> rooms_drawn_in(UserId author) = 0;
  virtual boost::asio::awaitable<result<void>> drawings_erased(UserId user) = 0;

  /// Accounts that another process made or changed, in the order of that, until
  /// they are forgotten.
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
  bool maker_is_admin = true;  // still

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

  /// Errors: not_admin when made_by is none (any more), too_many_invites when
  /// limits::invites_max work, storage_failed, busy.
  virtual boost::asio::awaitable<result<Invite>> make_invite(NewInvite invite) = 0;

  /// All that were not revoked or forgotten, the newest first.
  virtual boost::asio::awaitable<result<std::vector<Invite>>> invites() = 0;

  virtual boost::asio::awaitable<result<std::optional<Invite>>> find_invite(CodeHash code) = 0;

  /// Errors: no_such_invite, storage_failed, busy.
  virtual boost::asio::awaitable<result<void>> revoke_invite(InviteId id) = 0;
};

}  // namespace colo
