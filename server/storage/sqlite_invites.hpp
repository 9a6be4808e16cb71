// The SQL of invites, in statements prepared once per connection.
//
// InviteWrites runs inside the writer's transaction, InviteReads on a reader's connection. Both
// throw SQLite::Exception when SQLite fails.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <optional>
#include <vector>

#include "domain/errc.hpp"
#include "storage/store.hpp"

namespace colo {

class InviteWrites {
 public:
  explicit InviteWrites(SQLite::Database& db);

  /// Counts one use. Errors: invite_gone.
  result<void> use(const CodeHash& code, WallTime now);
  /// See InviteStore.
  result<Invite> make(const NewInvite& invite);
  result<void> revoke(InviteId id);

 private:
  SQLite::Statement use_;
  SQLite::Statement is_admin_;
  SQLite::Statement working_;
  SQLite::Statement make_;
  SQLite::Statement revoke_;
};

class InviteReads {
 public:
  explicit InviteReads(SQLite::Database& db);

  /// See InviteStore.
  std::vector<Invite> all();
  std::optional<Invite> find(const CodeHash& code);

 private:
  SQLite::Statement all_;
  SQLite::Statement find_;
};

}  // namespace colo
