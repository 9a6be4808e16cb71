// Messages read one by one, around those that SQLite cannot read.
//
// Slow, and so only where reading a whole page failed. Remembers what it passed
// over, so that damage is walked through once. On the reader's thread.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "domain/message.hpp"
#include "storage/sqlite_query.hpp"
#include "storage/store.hpp"
#include "wire/stored_drawing.hpp"

namespace colo {

/// Told of each message that cannot be read, perhaps again and again.
using OnDamage = std::function<void(const RoomId& room, Seq seq, const std::string& what)>;

/// Whether some pages of the file are damaged, as opposed to a database that cannot be read.
bool is_damage(const SQLite::Exception& error);

/// Thrown where damage prevents a read that was already reported through OnDamage.
class ReportedDamage : public SQLite::Exception {
  using SQLite::Exception::Exception;
};

/// What a page of messages selects. An index may be named in between; goes on with "AND …".
inline constexpr const char* page_columns =
    "SELECT m.seq, a.name, m.sent_at, m.drawing, m.caption, m.remix_of, m.client_id, r.name, "
    "m.author, m.remix_author "
    "FROM messages m ";
inline constexpr const char* page_joins =
    "JOIN accounts a ON a.id = m.author "
    "LEFT JOIN accounts r ON r.id = m.remix_author WHERE m.room = ? AND NOT m.deleted ";

/// What a row of `page_columns` holds; nothing, and `damaged` is told, when it cannot be.
std::optional<Message> message_of(SqliteQuery& row, const RoomId& room, StoredDrawingCheck& check,
                                  const OnDamage& damaged);

class RowReader {
 public:
  /// Rows passed over in one call: a fraction of a second of the reader's time.
  static constexpr std::size_t passed_max = 5'000;

  RowReader(SQLite::Database& db, OnDamage damaged);

  /// Up to `limit` readable messages before or after `seq`, ascending. Throws
  /// SQLite::Exception when it passed over passed_max rows and found none; the next
  /// call goes on from there.
  MessagePage before(const RoomId& room, Seq seq, PageLimit limit);
  MessagePage after(const RoomId& room, Seq seq, PageLimit limit);

 private:
  enum class Way { down, up };
  using Ranges = std::map<std::uint64_t, std::uint64_t>;  // first → last

  MessagePage read(const RoomId& room, std::uint64_t at, std::uint64_t last, PageLimit limit,
                   Way way);
  std::uint64_t last_seq(const RoomId& room);
  std::optional<std::uint64_t> next(const RoomId& room, std::uint64_t at, Way way);
  std::optional<Message> read_row(const RoomId& room, std::uint64_t seq);
  std::uint64_t end_of_passed(const RoomId& room, std::uint64_t at, Way way) const;
  void pass(const RoomId& room, std::uint64_t seq);

  SQLite::Statement down_;
  SQLite::Statement up_;
  SQLite::Statement row_;
  SQLite::Statement last_;
  OnDamage damaged_;
  StoredDrawingCheck check_;
  std::map<RoomId, Ranges> passed_;
  std::size_t ranges_ = 0;
};

}  // namespace colo
