#include "storage/sqlite_messages.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <utility>

#include "storage/history.hpp"
#include "storage/row_reader.hpp"
#include "storage/sqlite_query.hpp"

namespace colo {
namespace {

// INDEXED BY: SQLite refuses the statement rather than scan the rows of deleted messages.
std::string page_of_living(const char* rest) {
  return page_columns + std::string("INDEXED BY messages_living ") + page_joins + rest;
}

// A room's row is never deleted.
SQLite::Exception missing_room(const RoomId& room) {
  return {"the row of room " + room.value + " is missing", SQLITE_CORRUPT};
}

}  // namespace

MessageWrites::MessageWrites(SQLite::Database& db)
    : gone_(db, "SELECT 1 FROM accounts WHERE id = ? AND gone"),
      is_admin_(db, "SELECT 1 FROM accounts WHERE id = ? AND admin AND NOT gone"),
      known_(db, "SELECT room, seq, sent_at FROM messages WHERE author = ? AND client_id = ?"),
      next_seq_(db,
                "INSERT INTO rooms (id, last_seq) VALUES (?, 1) "
                "ON CONFLICT (id) DO UPDATE SET last_seq = last_seq + 1 RETURNING last_seq"),
      insert_(db,
              "INSERT INTO messages (room, seq, author, client_id, sent_at, remix_of, caption, "
              "drawing, remix_author) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
              "(SELECT author FROM messages WHERE room = ?1 AND seq = ?6))"),
      find_(db, "SELECT author FROM messages WHERE room = ? AND seq = ? AND NOT deleted"),
      find_author_(db,
                   "SELECT a.id, a.name FROM messages m JOIN accounts a ON a.id = m.author "
                   "WHERE m.room = ? AND m.seq = ?"),
      seqs_of_(db,
               "SELECT seq FROM messages INDEXED BY messages_by_author "
               "WHERE author = ? AND room = ? AND NOT deleted ORDER BY seq LIMIT ?"),
      next_deletion_(db,
                     "UPDATE rooms SET deletions = deletions + 1 WHERE id = ? RETURNING deletions"),
      empty_(db,
             "UPDATE messages SET deleted = 1, remix_of = 0, remix_author = NULL, caption = '', "
             "drawing = x'', deletion = ?3 WHERE room = ?1 AND seq = ?2") {}

result<Stored> MessageWrites::append(const Message& message) {
  if (SqliteQuery(gone_).with(message.author.id).next()) return errc::signed_out;
  {
    SqliteQuery known(known_);
    if (known.with(message.author.id).with(message.client_id).next()) {
      if (known.bytes(0) != message.room.value) return errc::bad_client_id;
      return Stored{known.seq(1), known.time(2), true, {}};
    }
  }
  Seq seq;
  {
    SqliteQuery next(next_seq_);
    if (!next.with(message.room).next()) throw missing_room(message.room);
    seq = next.seq(0);
  }
  // A refusal rolls the savepoint back, and with it the new last_seq.
  if (message.remix_of >= seq) return errc::no_such_message;
  SqliteQuery(insert_)
      .with(message.room)
      .with(seq)
      .with(message.author.id)
      .with(message.client_id)
      .with(message.sent_at)
      .with(message.remix_of)
      .with(message.caption)
      .with_borrowed(message.drawing.view())
      .run();
  return Stored{seq, message.sent_at, false, remix_author_of(message)};
}

User MessageWrites::remix_author_of(const Message& message) {
  if (message.remix_of == Seq{}) return {};
  SqliteQuery found(find_author_);
  if (!found.with(message.room).with(message.remix_of).next()) return {};
  return {UserId{found.number(0)}, found.bytes(1)};
}

result<DeletionId> MessageWrites::erase(const RoomId& room, Seq seq, const User& by) {
  {
    SqliteQuery found(find_);
    if (!found.with(room).with(seq).next()) return errc::no_such_message;
    const bool own = UserId{found.number(0)} == by.id;
    // `by` is as of Hello; they may no longer be an administrator.
    if (!own && !(by.admin && SqliteQuery(is_admin_).with(by.id).next())) return errc::not_yours;
  }
  return empty(room, seq);
}

result<DeletionId> MessageWrites::empty(const RoomId& room, Seq seq) {
  DeletionId deletion;
  {
    SqliteQuery next(next_deletion_);
    if (!next.with(room).next()) throw missing_room(room);
    deletion = next.deletion(0);
  }
  SqliteQuery(empty_).with(room).with(seq).with(deletion).run();
  return deletion;
}

result<Erasure> MessageWrites::erase_of(const RoomId& room, UserId author, std::size_t limit) {
  Erasure erasure;
  {
    SqliteQuery rows(seqs_of_);
    rows.with(author).with(room).with(static_cast<std::int64_t>(limit));
    while (rows.next()) erasure.seqs.push_back(rows.seq(0));
  }
  for (const Seq seq : erasure.seqs) {
    const auto deletion = empty(room, seq);
    if (!deletion) return deletion.error();
    erasure.last = *deletion;
  }
  return erasure;
}

MessageReads::MessageReads(SQLite::Database& db, const OnDamage& damaged)
    : one_by_one_(db, damaged),
      damaged_(damaged),
      before_(db, page_of_living("AND m.seq < ? ORDER BY m.seq DESC LIMIT ?")),
      after_(db, page_of_living("AND m.seq > ? ORDER BY m.seq LIMIT ?")),
      history_(db,
               "SELECT h.tag, coalesce(r.restored_at, CASE h.restored WHEN 1 THEN 0 ELSE -1 END) "
               "FROM history h LEFT JOIN rooms r ON r.id = ?"),
      last_seq_(db, "SELECT last_seq FROM rooms WHERE id = ?"),
      last_deletion_(db, "SELECT deletions FROM rooms WHERE id = ?"),
      deleted_(db,
               "SELECT seq FROM messages INDEXED BY messages_by_deletion "
               "WHERE room = ? AND deletion > ? AND deletion <= ? ORDER BY deletion"),
      rooms_of_(db,
                "SELECT DISTINCT room FROM messages INDEXED BY messages_by_author "
                "WHERE author = ? AND NOT deleted") {}

MessagePage MessageReads::before(const RoomId& room, Seq seq, PageLimit limit) {
  auto page = fast_page(before_, room, seq, limit);
  if (!page) return one_by_one_.before(room, seq, limit);
  std::ranges::reverse(page->messages);
  return std::move(*page);
}

MessagePage MessageReads::after(const RoomId& room, Seq seq, PageLimit limit) {
  auto page = fast_page(after_, room, seq, limit);
  return page ? std::move(*page) : one_by_one_.after(room, seq, limit);
}

// Nothing when it meets damage, or can read nothing of the page.
std::optional<MessagePage> MessageReads::fast_page(SQLite::Statement& statement, const RoomId& room,
                                                   Seq seq, PageLimit limit) {
  PageFill fill(limit);
  SqliteQuery rows(statement);
  // One row more than requested decides `more`. A row's drawing is read by the step to it, so at
  // most one drawing is read that does not fit into the page.
  rows.with(room).with(seq).with(static_cast<std::int64_t>(limit.messages) + 1);
  try {
    for (std::size_t count = 0; rows.next(); ++count) {
      if (count == limit.messages) {
        fill.leave_the_rest();
        break;
      }
      auto message = message_of(rows, room, check_, damaged_);
      if (message && !fill.add(std::move(*message))) break;
    }
  } catch (const SQLite::Exception& e) {
    if (!is_damage(e)) throw;
    return std::nullopt;
  }
  auto page = fill.take();
  if (page.messages.empty() && page.more) return std::nullopt;
  return page;
}

RoomHistory MessageReads::history(const RoomId& room) {
  SqliteQuery row(history_);
  const auto tag = row.with(room).next() ? read_tag(row.bytes(0)) : std::nullopt;
  if (!tag) throw SQLite::Exception("the table \"history\" is damaged", SQLITE_CORRUPT);
  RoomHistory history{tag->epoch, {}};
  if (row.number(1) >= 0) history.restored_at = row.seq(1);
  return history;
}

Seq MessageReads::last_seq(const RoomId& room) {
  SqliteQuery row(last_seq_);
  return row.with(room).next() ? row.seq(0) : Seq{};
}

DeletionId MessageReads::last_deletion(const RoomId& room) {
  SqliteQuery row(last_deletion_);
  return row.with(room).next() ? row.deletion(0) : DeletionId{};
}

std::vector<Seq> MessageReads::deleted(const RoomId& room, DeletionId after, DeletionId last) {
  std::vector<Seq> seqs;
  SqliteQuery rows(deleted_);
  rows.with(room).with(after).with(last);
  try {
    while (rows.next()) seqs.push_back(rows.seq(0));
  } catch (const SQLite::Exception& e) {
    if (!is_damage(e)) throw;
    // As if the log had forgotten them: the client reads its page again.
    if (damaged_) damaged_(room, {}, e.what());
    return {};
  }
  return seqs;
}

std::vector<RoomId> MessageReads::rooms_drawn_in(UserId author) {
  std::vector<RoomId> rooms;
  SqliteQuery rows(rooms_of_);
  rows.with(author);
  while (rows.next()) rooms.push_back({rows.bytes(0)});
  return rooms;
}

}  // namespace colo
