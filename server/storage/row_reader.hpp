// Reads messages one by one, skipping those that SQLite cannot read.
//
// Slow, so it is used only where reading a whole page failed. Remembers which rows it skipped, so
// that it works through damage once. Memory is bounded: it forgets them all beyond 10,000 ranges.
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

/// Called for each message that cannot be read, possibly several times for one.
using OnDamage = std::function<void(const RoomId& room, Seq seq, const std::string& what)>;

/// Whether some pages of the file are damaged, as opposed to a database that cannot be read.
bool is_damage(const SQLite::Exception& error);

/// Thrown where damage prevents a read that was already reported through OnDamage.
class ReportedDamage : public SQLite::Exception {
  using SQLite::Exception::Exception;
};

/// The SELECT of a page of messages. An optional INDEXED BY, then page_joins must follow.
inline constexpr const char* page_columns =
    "SELECT m.seq, a.name, m.sent_at, m.drawing, m.caption, m.remix_of, m.client_id, r.name, "
    "m.author, m.remix_author "
    "FROM messages m ";
inline constexpr const char* page_joins =
    "JOIN accounts a ON a.id = m.author "
    "LEFT JOIN accounts r ON r.id = m.remix_author WHERE m.room = ? AND NOT m.deleted ";

/// The message in a row of `page_columns`. If its values are invalid: nothing, after a call of
/// `damaged`.
std::optional<Message> message_of(SqliteQuery& row, const RoomId& room, StoredDrawingCheck& check,
                                  const OnDamage& damaged);

class RowReader {
 public:
  /// Rows skipped in one call: takes a fraction of a second.
  static constexpr std::size_t skipped_max = 5'000;

  RowReader(SQLite::Database& db, OnDamage damaged);

  /// Up to `limit` readable messages before or after `seq`, ascending. Throws ReportedDamage when
  /// it skipped skipped_max rows and found none; the next call continues from there. Throws
  /// SQLite::Exception when the database cannot be read.
  MessagePage before(const RoomId& room, Seq seq, PageLimit limit);
  MessagePage after(const RoomId& room, Seq seq, PageLimit limit);

 private:
  enum class Direction { down, up };
  using Ranges = std::map<std::uint64_t, std::uint64_t>;  // first → last

  MessagePage read(const RoomId& room, std::uint64_t at, std::uint64_t last, PageLimit limit,
                   Direction direction);
  std::uint64_t last_seq(const RoomId& room);
  std::optional<std::uint64_t> next(const RoomId& room, std::uint64_t at, Direction direction);
  std::optional<Message> read_row(const RoomId& room, std::uint64_t seq);
  std::uint64_t end_of_skipped(const RoomId& room, std::uint64_t at, Direction direction) const;
  void skip(const RoomId& room, std::uint64_t seq);

  SQLite::Statement down_;
  SQLite::Statement up_;
  SQLite::Statement row_;
  SQLite::Statement last_;
  OnDamage damaged_;
  StoredDrawingCheck check_;
  std::map<RoomId, Ranges> skipped_;
  std::size_t ranges_ = 0;
};

}  // namespace colo
