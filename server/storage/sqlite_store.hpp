// Accounts and the messages of persistent rooms, in one SQLite file.
//
// One connection and thread writes (group_commit.hpp), another reads: nobody
// waits for the disk on a shard. WAL with synchronous=FULL, so that what was
// acknowledged survives a power cut. Calls from any shard come back to it; the
// event loops they came from must still exist when stop() returns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "storage/store.hpp"

namespace colo {

class SqliteStore final : public MessageLog, public AccountStore {
 public:
  /// Opens `file`, creating it (mode 0600) and bringing it up to date. Throws
  /// std::runtime_error, one sentence, when that cannot be: no such folder or
  /// no right to write there, not a database, or one of a newer version.
  explicit SqliteStore(const std::filesystem::path& file);
  ~SqliteStore() override;

  boost::asio::awaitable<result<Stored>> append(NewMessage message) override;
  boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                     std::size_t limit) override;
  boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq,
                                                    std::size_t limit) override;
  boost::asio::awaitable<result<Seq>> last_seq(RoomId room) override;
  boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) override;
  boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) override;
  boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                           DeletionId last) override;

  boost::asio::awaitable<result<User>> create_account(NameForms name,
                                                      std::string password_hash) override;
  boost::asio::awaitable<result<std::optional<Account>>> find_account(std::string key) override;
  boost::asio::awaitable<result<void>> set_password_hash(UserId user, std::string hash) override;

  /// Forgets, with their client_ids, the messages that `keep` no longer wants:
  /// those sent before `now` minus its age, and all but the last so many seqs.
  /// Gives back how many. Works in bites, so that appends are not held up.
  /// Errors: storage_failed, busy (what was removed until then stays removed).
  boost::asio::awaitable<result<std::uint64_t>> prune(RoomId room, Keep keep, WallTime now);

  /// Commits the writes asked for and joins the threads. From outside the shards.
  void stop();

 private:
  struct Writing;
  struct Reading;

  boost::asio::awaitable<result<std::uint64_t>> prune_bite(const RoomId& room, const Keep& keep,
                                                           WallTime now);

  std::unique_ptr<Writing> writing_;
  std::unique_ptr<Reading> reading_;
};

}  // namespace colo
