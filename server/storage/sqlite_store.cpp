#include "storage/sqlite_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "runtime/log.hpp"
#include "storage/name_looks.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite_store_parts.hpp"

namespace asio = boost::asio;

namespace colo {
namespace {

constexpr int busy_ms_max = 5000;  // somebody's backup may hold the file for a moment

/// SQLite would create the file for everybody to read; its -wal and -shm
/// take their mode from it.
void make_private(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
  if (fd < 0) throw std::runtime_error(std::generic_category().message(errno));
  if (::fchmod(fd, 0600) != 0) {
    log::warn("storage: {} may be readable by others: {}", file.string(),
              std::generic_category().message(errno));
  }
  ::close(fd);
}

// What SQLite would write to a temporary file (the undo of a large write) stays in memory:
// there may be no folder for it that can be written to, and then such a write fails.
void need_no_temporary_folder(SQLite::Database& db) {
  db.exec("PRAGMA temp_store = MEMORY");
}

SQLite::Database open_to_read(const std::filesystem::path& file) {
  SQLite::Database db(file.string(), SQLite::OPEN_READONLY, busy_ms_max);
  need_no_temporary_folder(db);
  return db;
}

SQLite::Database open_to_write(const std::filesystem::path& file) {
  make_private(file);
  SQLite::Database db(file.string(), SQLite::OPEN_READWRITE, busy_ms_max);
  if (db.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
    throw std::runtime_error("its file system does not allow SQLite's write-ahead log");
  }
  need_no_temporary_folder(db);
  db.exec("PRAGMA synchronous = FULL");
  db.exec("PRAGMA foreign_keys = ON");
  db.exec("PRAGMA secure_delete = ON");  // deleted means gone from the file, too
  bring_up_to_date(db);
  bring_name_looks_up_to_date(db);
  return db;
}

}  // namespace

SqliteStore::Writing::Writing(const std::filesystem::path& file, By by)
    : db(open_to_write(file)),
      messages(db),
      retention(db),
      accounts(db, by),
      invites(db),
      commits(db, limits::store_queue_max) {}

SqliteStore::Reader::Reader(const std::filesystem::path& file) : db(open_to_read(file)) {}

SqliteStore::SqliteStore(const std::filesystem::path& file, By by) try
    : writing_(std::make_unique<Writing>(file, by)),
      reading_(std::make_unique<Reading>(file)),
      signing_in_(std::make_unique<SigningIn>(file)) {
} catch (const std::exception& e) {
  throw std::runtime_error("cannot open the database " + file.string() + ": " + e.what());
}

SqliteStore::~SqliteStore() {
  stop();
}

void SqliteStore::stop() {
  writing_->commits.stop();
  reading_->worker.stop();
  signing_in_->worker.stop();
}

asio::awaitable<result<Stored>> SqliteStore::append(NewMessage message) {
  return writing_->commits.run([&messages = writing_->messages, message = std::move(message)] {
    return messages.append(message);
  });
}

asio::awaitable<result<MessagePage>> SqliteStore::before(RoomId room, Seq seq, PageLimit limit) {
  return reading_->run(
      [&messages = reading_->messages, room = std::move(room), seq,
       limit]() -> result<MessagePage> { return messages.before(room, seq, limit); });
}

asio::awaitable<result<MessagePage>> SqliteStore::after(RoomId room, Seq seq, PageLimit limit) {
  return reading_->run(
      [&messages = reading_->messages, room = std::move(room), seq,
       limit]() -> result<MessagePage> { return messages.after(room, seq, limit); });
}

asio::awaitable<result<Seq>> SqliteStore::last_seq(RoomId room) {
  return reading_->run([&messages = reading_->messages, room = std::move(room)]() -> result<Seq> {
    return messages.last_seq(room);
  });
}

asio::awaitable<result<DeletionId>> SqliteStore::erase(RoomId room, Seq seq, User by) {
  return writing_->commits.run([&messages = writing_->messages, room = std::move(room), seq,
                                by = std::move(by)] { return messages.erase(room, seq, by); });
}

asio::awaitable<result<DeletionId>> SqliteStore::last_deletion(RoomId room) {
  return reading_->run(
      [&messages = reading_->messages, room = std::move(room)]() -> result<DeletionId> {
        return messages.last_deletion(room);
      });
}

asio::awaitable<result<std::vector<Seq>>> SqliteStore::deleted(RoomId room, DeletionId after,
                                                               DeletionId last) {
  return reading_->run(
      [&messages = reading_->messages, room = std::move(room), after,
       last]() -> result<std::vector<Seq>> { return messages.deleted(room, after, last); });
}

asio::awaitable<result<Erasure>> SqliteStore::erase_of(RoomId room, UserId author,
                                                       std::size_t limit) {
  return writing_->commits.run([&messages = writing_->messages, room = std::move(room), author,
                                limit] { return messages.erase_of(room, author, limit); });
}

}  // namespace colo
