// The SQL of accounts, in statements prepared once per connection.
//
// AccountWrites runs inside the writer's transaction, AccountReads on a reader's connection. Both
// throw SQLite::Exception when SQLite fails.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <optional>
#include <string>
#include <vector>

#include "domain/errc.hpp"
#include "domain/names.hpp"
#include "storage/sqlite_store.hpp"

namespace colo {

class AccountWrites {
 public:
  AccountWrites(SQLite::Database& db, OpenedBy opened_by);

  /// See AccountStore. The caller has already counted the use of the admission's invite.
  result<Account> create(const NameForms& name, const std::string& password_hash,
                         const Admission& admission);
  result<void> renew_password_hash(UserId user, PasswordVersion version, const std::string& hash);
  result<PasswordVersion> change_password(UserId user, PasswordVersion version,
                                          const std::string& hash);
  result<void> make_admin(UserId user, bool only_first);
  result<void> remove(UserId user, PasswordVersion version, bool erase_drawings);
  result<void> drawings_erased(UserId user);

  result<void> forget_outside_changes(std::int64_t upto);

 private:
  bool has_admin();
  void record_change(UserId user);

  OpenedBy opened_by_;
  SQLite::Statement skeleton_taken_;
  SQLite::Statement create_;
  SQLite::Statement add_skeleton_;
  SQLite::Statement remove_skeleton_;
  SQLite::Statement renew_hash_;
  SQLite::Statement change_password_;
  SQLite::Statement has_admin_;
  SQLite::Statement make_admin_;
  SQLite::Statement remove_;
  SQLite::Statement remove_invites_;
  SQLite::Statement erased_;
  SQLite::Statement record_change_;
  SQLite::Statement forget_changes_;
};

class AccountReads {
 public:
  explicit AccountReads(SQLite::Database& db);

  /// See AccountStore.
  std::optional<Account> find(const std::string& key);
  std::optional<Account> account(UserId user);
  bool has_admin();
  std::vector<UserId> to_erase();

  std::vector<OutsideChange> outside_changes();

 private:
  SQLite::Statement find_;
  SQLite::Statement account_;
  SQLite::Statement has_admin_;
  SQLite::Statement to_erase_;
  SQLite::Statement outside_changes_;
};

}  // namespace colo
