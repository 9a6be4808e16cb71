// SqliteStore::prune(): one pass over all rooms, in batches.
#include <optional>
#include <utility>

#include "runtime/log.hpp"
#include "storage/sqlite_store_parts.hpp"

namespace asio = boost::asio;

namespace colo {
namespace {

constexpr std::size_t batch_max = 200;  // rows: takes the writer some milliseconds

}  // namespace

asio::awaitable<result<std::map<RoomId, SqliteStore::Pruned>>> SqliteStore::prune(
    std::map<RoomId, Keep> keeps, SteadyTime now, WallTime wall) {
  const auto rooms = co_await begin_prune(now, wall);
  if (!rooms) co_return rooms.error();
  std::map<RoomId, Pruned> all;
  std::optional<Refusal> failed;  // a failing room does not stop the others
  for (const auto& room : *rooms) {
    const auto keep = keeps.find(room);
    if (keep != keeps.end()) {
      const auto pruned = co_await prune_room(room, keep->second);
      if (!pruned) failed = pruned.error();
      if (pruned && pruned->messages > 0) all.emplace(room, *pruned);
    }
    const auto ended = co_await end_prune_of(room);
    if (!ended) failed = ended.error();
  }
  if (failed) co_return *failed;
  co_return all;
}

asio::awaitable<result<std::vector<RoomId>>> SqliteStore::begin_prune(SteadyTime now,
                                                                      WallTime wall) {
  return writing_->commits.run(
      [&retention = writing_->retention, now, wall]() -> result<std::vector<RoomId>> {
        retention.read_clock(now, wall);
        retention.forget_invites(wall);
        return retention.rooms();
      });
}

asio::awaitable<result<SqliteStore::Pruned>> SqliteStore::prune_room(const RoomId& room,
                                                                     const Keep& keep) {
  Pruned total;
  for (;;) {
    auto writing = writing_->commits.run(
        [&retention = writing_->retention, room, keep]() -> result<SqliteRetention::Batch> {
          return retention.prune(room, keep, batch_max);
        });
    const auto batch = co_await std::move(writing);
    if (batch && batch->removed > 0) {
      total.messages += batch->removed;
      total.upto = batch->upto;
    }
    if (batch && batch->removed == batch_max) continue;
    if (total.messages > 0) {
      log::info("storage: room {}: {} drawings beyond its `keep` were removed, up to {}",
                room.value, total.messages, total.upto.value);
    }
    if (!batch) co_return batch.error();
    co_return total;
  }
}

asio::awaitable<result<void>> SqliteStore::end_prune_of(const RoomId& room) {
  for (;;) {
    auto writing =
        writing_->commits.run([&retention = writing_->retention, room]() -> result<std::uint64_t> {
          return retention.end_deleted(room, batch_max);
        });
    const auto ended = co_await std::move(writing);
    if (!ended) co_return ended.error();
    if (*ended < batch_max) break;
  }
  auto marking = writing_->commits.run([&retention = writing_->retention, room]() -> result<void> {
    retention.mark(room);
    return {};
  });
  co_return co_await std::move(marking);
}

}  // namespace colo
