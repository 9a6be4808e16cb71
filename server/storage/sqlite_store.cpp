#include "storage/sqlite_store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "runtime/log.hpp"
#include "storage/database_check.hpp"
#include "storage/name_skeletons.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite_store_parts.hpp"

namespace asio = boost::asio;

namespace colo {
namespace {

constexpr int busy_ms_max = 5000;  // a backup may lock the file for a moment

// SQLite would write the statement journal of a large write to a temporary file, and the write
// would fail where no temporary folder is writable.
void keep_temporary_files_in_memory(SQLite::Database& db) {
  db.exec("PRAGMA temp_store = MEMORY");
}

SQLite::Database open_to_read(const DatabaseFile& file) {
  SQLite::Database db(file.path().string(), SQLite::OPEN_READONLY, busy_ms_max);
  keep_temporary_files_in_memory(db);
  return db;
}

SQLite::Database open_to_write(DatabaseFile& file) {
  SQLite::Database db(file.path().string(), SQLite::OPEN_READWRITE, busy_ms_max);
  if (db.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
    throw std::runtime_error("its file system does not allow SQLite's write-ahead log");
  }
  keep_temporary_files_in_memory(db);
  db.exec("PRAGMA synchronous = FULL");
  db.exec("PRAGMA foreign_keys = ON");
  db.exec("PRAGMA secure_delete = ON");  // overwrites deleted content in the file
  bring_up_to_date(db);
  update_name_skeletons(db);
  check_vital_parts(db);
  file.watch();
  return db;
}

}  // namespace

SqliteStore::Writing::Writing(DatabaseFile& file, OpenedBy opened_by, Problems& problems)
    : db(open_to_write(file)),
      history(db, file, opened_by),
      guard(db, file, problems),
      messages(db),
      retention(db),
      accounts(db, opened_by),
      invites(db),
      commits(db, guard, history, problems,
              {limits::store_queue_max, limits::store_queue_bytes_max}) {}

SqliteStore::Reader::Reader(const std::string& name, const DatabaseFile& file, Problems& reports)
    : problems(reports),
      db(open_to_read(file)),
      guard(db, file, problems),
      worker(name, 1, limits::store_queue_max) {}

SqliteStore::Reading::Reading(const DatabaseFile& file, Problems& reports)
    : Reader("storage: reads of messages", file, reports),
      messages(db, [this](const RoomId& room, Seq seq, const std::string& what) {
        report_damage(room, seq, what);
      }) {}

SqliteStore::SigningIn::SigningIn(const DatabaseFile& file, Problems& reports)
    : Reader("storage: reads of accounts", file, reports), accounts(db), invites(db) {}

void SqliteStore::Reader::report(const SQLite::Exception& e) {
  // Each further read of that place fails likewise.
  if (e.getErrorCode() == SQLITE_CORRUPT)
    problems.report("database read", "The database is damaged: some of it cannot be read.",
                    fmt::format("storage: a read failed on a damaged page: {}. `colo verify` says "
                                "where the damage is and what to do",
                                e.what()));
  else
    log::error("storage: a read failed: {}", e.what());
}

void SqliteStore::Reading::report_damage(const RoomId& room, Seq seq, const std::string& what) {
  problems.report(
      "damaged room " + room.value,
      fmt::format("Some messages of the room {} are damaged and left out.", room.value),
      fmt::format("storage: room {}: message {} cannot be read and is omitted, perhaps with "
                  "others: {}. `colo verify` lists them and says what to do",
                  room.value, seq.value, what));
}

SqliteStore::SqliteStore(const std::filesystem::path& file, OpenedBy opened_by,
                         Problems* problems) try
    : opened_by_(opened_by),
      problems_(problems ? *problems : own_problems_),
      file_(std::make_unique<DatabaseFile>(file)),
      writing_(std::make_unique<Writing>(*file_, opened_by, problems_)),
      reading_(std::make_unique<Reading>(*file_, problems_)),
      signing_in_(std::make_unique<SigningIn>(*file_, problems_)) {
  if (opened_by == OpenedBy::server) report_damaged_pages();
} catch (const SQLite::Exception& e) {
  const bool damaged = is_damage(e) || e.getErrorCode() == SQLITE_NOTADB;
  throw std::runtime_error("cannot open the database " + file.string() + ": " + e.what() +
                           (damaged ? ". " + remedy_for(file) : ""));
} catch (const std::exception& e) {
  throw std::runtime_error("cannot open the database " + file.string() + ": " + e.what());
}

// Reports damage in a room's newest page at start rather than when a client joins.
void SqliteStore::report_damaged_pages() {
  SQLite::Statement rooms(reading_->db, "SELECT id FROM rooms");
  while (rooms.executeStep()) {
    const RoomId room{rooms.getColumn(0).getString()};
    try {
      reading_->messages.before(room, Seq{~std::uint64_t{0}}, 1);
    } catch (const SQLite::Exception& e) {
      if (!is_damage(e)) throw;
      reading_->report_damage(room, {}, e.what());
    }
  }
}

SqliteStore::~SqliteStore() {
  stop();
  close();
}

void SqliteStore::stop() {
  writing_->commits.stop();
  reading_->worker.stop();
  signing_in_->worker.stop();
}

// SQLite copies the write-ahead log into the file when its last connection closes. That must not
// happen to a file that replaced ours.
void SqliteStore::close() {
  bool ours = false;
  try {
    ours = writing_->guard.check().has_value() && reading_->guard.check().has_value() &&
           signing_in_->guard.check().has_value();
  } catch (const SQLite::Exception& e) {
    log::warn("storage: the database could not be checked before closing it: {}", e.what());
  }
  if (!ours) {
    for (auto* db :
         {writing_->db.getHandle(), reading_->db.getHandle(), signing_in_->db.getHandle()})
      if (sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr) != SQLITE_OK)
        log::error("storage: the write-ahead log may be copied into a database that was replaced");
  }
  const auto history = writing_->guard.history();
  signing_in_.reset();
  reading_.reset();
  writing_.reset();
  if (ours) note_closed(*file_, opened_by_, history);
}

asio::awaitable<result<Stored>> SqliteStore::append(Message message) {
  const auto bytes = message.drawing.size() + message.caption.size();
  return writing_->commits.run([&messages = writing_->messages,
                                message = std::move(message)] { return messages.append(message); },
                               bytes);
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

asio::awaitable<result<RoomHistory>> SqliteStore::history(RoomId room) {
  return reading_->run(
      [&messages = reading_->messages, room = std::move(room)]() -> result<RoomHistory> {
        return messages.history(room);
      });
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
