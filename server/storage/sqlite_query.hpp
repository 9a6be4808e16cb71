// One execution of a prepared statement.
//
// Resets the statement at the end, whatever happens: a statement that is not reset keeps its read
// snapshot open. Every call throws SQLite::Exception when SQLite fails.
#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "domain/ids.hpp"
#include "domain/message.hpp"

namespace colo {

class SqliteQuery {
 public:
  explicit SqliteQuery(SQLite::Statement& statement) : statement_(statement) {}
  SqliteQuery(const SqliteQuery&) = delete;
  SqliteQuery& operator=(const SqliteQuery&) = delete;
  // Returns the error of the step that failed, which was already thrown.
  ~SqliteQuery() { static_cast<void>(statement_.tryReset()); }

  /// Binds the next parameter.
  SqliteQuery& with(std::int64_t value) {
    statement_.bind(++bound_, value);
    return *this;
  }
  SqliteQuery& with(const std::string& text) {
    statement_.bind(++bound_, text);
    return *this;
  }
  SqliteQuery& with(const RoomId& room) { return with(room.value); }
  SqliteQuery& with(UserId user) { return with(user.value); }
  SqliteQuery& with(PasswordVersion version) { return with(version.value); }
  SqliteQuery& with(InviteId invite) { return with(invite.value); }
  SqliteQuery& with(const CodeHash& code) {
    return with_blob(code.bytes.data(), code.bytes.size());
  }
  SqliteQuery& with(WallTime time) { return with(time.time_since_epoch().count()); }
  SqliteQuery& with(Seq seq) { return with_unsigned(seq.value); }
  SqliteQuery& with(DeletionId deletion) { return with_unsigned(deletion.value); }
  SqliteQuery& with(const ClientId& id) { return with_blob(id.bytes.data(), id.bytes.size()); }
  SqliteQuery& with_null() {
    statement_.bind(++bound_);
    return *this;
  }
  SqliteQuery& with_blob(const void* bytes, std::size_t count) {
    statement_.bind(++bound_, bytes, static_cast<int>(count));
    return *this;
  }

  /// Does not copy: `bytes` must live until the statement was run.
  SqliteQuery& with_borrowed(std::string_view bytes) {
    // A null pointer would be bound as NULL.
    statement_.bindNoCopy(++bound_, bytes.empty() ? "" : static_cast<const void*>(bytes.data()),
                          static_cast<int>(bytes.size()));
    return *this;
  }

  /// True while there is a row.
  bool next() { return statement_.executeStep(); }
  /// Runs a statement that returns no rows; returns how many it changed.
  std::uint64_t run() { return static_cast<std::uint64_t>(statement_.exec()); }

  bool is_null(int column) { return statement_.isColumnNull(column); }
  std::int64_t number(int column) { return statement_.getColumn(column).getInt64(); }
  Seq seq(int column) { return {static_cast<std::uint64_t>(number(column))}; }
  DeletionId deletion(int column) { return {static_cast<std::uint64_t>(number(column))}; }
  WallTime time(int column) { return WallTime{std::chrono::milliseconds{number(column)}}; }
  /// Text or a blob, which may contain zeros.
  std::string bytes(int column) { return statement_.getColumn(column).getString(); }

 private:
  SqliteQuery& with_unsigned(std::uint64_t value) {
    // SQLite's integers are signed, but a peer may send any 64 bits.
    constexpr auto max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return with(static_cast<std::int64_t>(value < max ? value : max));
  }

  SQLite::Statement& statement_;
  int bound_ = 0;
};

}  // namespace colo
