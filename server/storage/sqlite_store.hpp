// Accounts, invites and the messages of persistent rooms, in one SQLite file.
//
// Three connections, each with a thread: one writes (group_commit.hpp), one reads messages, one
// reads accounts and invites, so that no shard waits for the disk and signing in does not wait for
// reads of history. WAL with synchronous=FULL: what was acknowledged survives a power cut.
// The event loops of the callers must exist until stop() returns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "runtime/clock.hpp"
#include "runtime/problems.hpp"
#include "storage/database_file.hpp"
#include "storage/store.hpp"

namespace colo {

class SqliteStore final : public MessageLog, public AccountStore, public InviteStore {
 public:
  /// Opens `file`, creating it (mode 0600) if it is missing, and migrates it. Throws
  /// std::runtime_error, one sentence, when that fails: the folder is missing or not writable, the
  /// file is no database, of a newer version, damaged in a vital part, or replaced.
  /// Damage and missing files are reported to `problems`, which must outlive this.
  explicit SqliteStore(const std::filesystem::path& file, OpenedBy opened_by = OpenedBy::server,
                       Problems* problems = nullptr);
  ~SqliteStore() override;

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

  boost::asio::awaitable<result<Account>> create_account(NameForms name, std::string password_hash,
                                                         Admission admission) override;
  boost::asio::awaitable<result<std::optional<Account>>> find_account(std::string key) override;
  boost::asio::awaitable<result<std::optional<Account>>> account(UserId user) override;
  boost::asio::awaitable<result<bool>> has_admin() override;
  boost::asio::awaitable<result<void>> renew_password_hash(UserId user, PasswordVersion version,
                                                           std::string hash) override;
  boost::asio::awaitable<result<PasswordVersion>> change_password(UserId user,
                                                                  PasswordVersion version,
                                                                  std::string hash) override;
  boost::asio::awaitable<result<void>> make_admin(UserId user, bool only_first) override;
  boost::asio::awaitable<result<void>> remove_account(UserId user, PasswordVersion version,
                                                      bool erase_drawings) override;
  boost::asio::awaitable<result<std::vector<UserId>>> accounts_to_erase() override;
  boost::asio::awaitable<result<std::vector<RoomId>>> rooms_drawn_in(UserId author) override;
  boost::asio::awaitable<result<void>> drawings_erased(UserId user) override;
  boost::asio::awaitable<result<std::vector<OutsideChange>>> outside_changes() override;
  boost::asio::awaitable<result<void>> forget_outside_changes(std::int64_t upto) override;

  boost::asio::awaitable<result<Invite>> make_invite(NewInvite invite) override;
  boost::asio::awaitable<result<std::vector<Invite>>> invites() override;
  boost::asio::awaitable<result<std::optional<Invite>>> find_invite(CodeHash code) override;
  boost::asio::awaitable<result<void>> revoke_invite(InviteId id) override;

  /// The messages that prune() removed from one room.
  struct Pruned {
    std::uint64_t messages = 0;
    Seq upto;  // the last of them
  };

  /// Removes from every room the messages beyond the room's Keep (by age on the log's own clock,
  /// by number of visible messages), the rows of deleted messages, and expired invites. Called
  /// every few minutes, which is the precision of ages. Logs and returns what it removed from
  /// which room. Works in batches, so that appends do not wait long.
  /// Errors: storage_failed, busy; what was removed before stays removed.
  boost::asio::awaitable<result<std::map<RoomId, Pruned>>> prune(std::map<RoomId, Keep> keeps,
                                                                 SteadyTime now, WallTime wall);

  /// Commits the waiting writes and joins the threads. Not to be called on a shard.
  void stop();

 private:
  struct Writing;
  struct Reader;
  struct Reading;
  struct SigningIn;

  boost::asio::awaitable<result<std::vector<RoomId>>> begin_prune(SteadyTime now, WallTime wall);
  boost::asio::awaitable<result<Pruned>> prune_room(const RoomId& room, const Keep& keep);
  boost::asio::awaitable<result<void>> end_prune_of(const RoomId& room);

  void report_damaged_pages();
  void close();

  OpenedBy opened_by_;
  Problems own_problems_;  // used when none are passed
  Problems& problems_;
  std::unique_ptr<DatabaseFile> file_;  // closed after the connections
  std::unique_ptr<Writing> writing_;
  std::unique_ptr<Reading> reading_;
  std::unique_ptr<SigningIn> signing_in_;
};

}  // namespace colo
