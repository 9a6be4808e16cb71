// The SQL of messages, in statements prepared once per connection.
//
// MessageWrites runs inside the writer's transaction, MessageReads on a reader's connection. Both
// throw SQLite::Exception when SQLite fails.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "domain/errc.hpp"
#include "domain/message.hpp"
#include "domain/room.hpp"
#include "storage/row_reader.hpp"
#include "storage/store.hpp"

namespace colo {

class MessageWrites {
 public:
  explicit MessageWrites(SQLite::Database& db);

  /// See MessageLog::append.
  result<Stored> append(const Message& message);
  /// See MessageLog::erase.
  result<DeletionId> erase(const RoomId& room, Seq seq, const User& by);
  /// See MessageLog::erase_of.
  result<Erasure> erase_of(const RoomId& room, UserId author, std::size_t limit);

 private:
  User remix_author_of(const Message& message);
  result<DeletionId> empty(const RoomId& room, Seq seq);

  SQLite::Statement gone_;
  SQLite::Statement is_admin_;
  SQLite::Statement known_;
  SQLite::Statement next_seq_;
  SQLite::Statement insert_;
  SQLite::Statement find_;
  SQLite::Statement find_author_;
  SQLite::Statement seqs_of_;
  SQLite::Statement next_deletion_;
  SQLite::Statement empty_;
};

class MessageReads {
 public:
  /// Messages that cannot be read are omitted from pages and reported to `damaged`.
  explicit MessageReads(SQLite::Database& db, const OnDamage& damaged = {});

  /// See MessageLog.
  MessagePage before(const RoomId& room, Seq seq, PageLimit limit);
  MessagePage after(const RoomId& room, Seq seq, PageLimit limit);
  RoomHistory history(const RoomId& room);
  Seq last_seq(const RoomId& room);
  DeletionId last_deletion(const RoomId& room);
  std::vector<Seq> deleted(const RoomId& room, DeletionId after, DeletionId last);
  std::vector<RoomId> rooms_drawn_in(UserId author);

 private:
  std::optional<MessagePage> fast_page(SQLite::Statement& statement, const RoomId& room, Seq seq,
                                       PageLimit limit);

  RowReader one_by_one_;
  OnDamage damaged_;
  StoredDrawingCheck check_;
  SQLite::Statement before_;
  SQLite::Statement after_;
  SQLite::Statement history_;
  SQLite::Statement last_seq_;
  SQLite::Statement last_deletion_;
  SQLite::Statement deleted_;
  SQLite::Statement rooms_of_;
};

}  // namespace colo
