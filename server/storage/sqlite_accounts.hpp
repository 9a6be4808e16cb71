// The accounts' SQL, in statements prepared once per connection.
//
// AccountWrites lives on the writer's thread, inside its transaction;
// AccountReads on the reader's. Both throw SQLite::Exception when SQLite fails.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <optional>
#include <string>

#include "domain/errc.hpp"
#include "domain/names.hpp"
#include "storage/store.hpp"

namespace colo {

class AccountWrites {
 public:
  explicit AccountWrites(SQLite::Database& db);

  /// See AccountStore::create_account.
  result<User> create(const NameForms& name, const std::string& password_hash);
  /// See AccountStore::set_password_hash.
  result<void> set_password_hash(UserId user, const std::string& hash);

 private:
  SQLite::Statement create_;
  SQLite::Statement set_hash_;
};

class AccountReads {
 public:
  explicit AccountReads(SQLite::Database& db);

  /// See AccountStore::find_account.
  std::optional<Account> find(const std::string& key);

 private:
  SQLite::Statement find_;
};

}  // namespace colo
