// Accounts, invites and the messages of persistent rooms, in one SQLite file.
//
// One connection and thread writes (group_commit.hpp), one reads messages, and one
// accounts and invites: nobody waits for the disk on a shard, and signing in does not
// wait for those who scroll back. WAL with synchronous=FULL, so that what was
// acknowledged survives a power cut. Calls from any shard come back to it; the
// event loops they came from must still exist when stop() returns.
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
  /// Opens `file`, creating it (mode 0600) and bringing it up to date. Throws
  /// std::runtime_error, one sentence, when that cannot be: no such folder or
  /// no right to write there, not a database, one of a newer version, one that is
  /// damaged where all of it is reached from, or not the one that was here before.
  /// `problems`, which outlives this, hears of damage and of files that are gone.
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

  /// What one room lost by prune().
  struct Pruned {
    std::uint64_t messages = 0;
    Seq upto;  // the last of them
  };

  /// Forgets what is too old or too much, in every room: the messages that `keeps` no
  /// longer wants (by age on the log's own clock, by number of those that can be seen),
  /// the rows of deleted messages, invites that ended. Called at the start and then every
  /// few minutes: ages are as exact as that. Gives back, and says in the log, what went
  /// from which room. Works in batches, so that appends are not held up.
  /// Errors: storage_failed, busy (what was removed until then stays removed).
  boost::asio::awaitable<result<std::map<RoomId, Pruned>>> prune(std::map<RoomId, Keep> keeps,
                                                                 SteadyTime now, WallTime wall);

  /// Commits the writes asked for and joins the threads. From outside the shards.
  void stop();

 private:
  struct Writing;
  struct Reader;
  struct Reading;
  struct SigningIn;

  boost::asio::awaitable<result<std::vector<RoomId>>> begin_prune(SteadyTime now, WallTime wall);
  boost::asio::awaitable<result<Pruned>> prune_room(const RoomId& room, const Keep& keep);
  boost::asio::awaitable<result<void>> end_prune_of(const RoomId& room);

  void meet_damage();
  void close();

  OpenedBy opened_by_;
  Problems own_problems_;  // where nobody else asks
  Problems& problems_;
  std::unique_ptr<DatabaseFile> file_;  // closed after the connections
  std::unique_ptr<Writing> writing_;
  std::unique_ptr<Reading> reading_;
  std::unique_ptr<SigningIn> signing_in_;
};

}  // namespace colo
