#include "storage/sqlite_accounts.hpp"

#include "storage/sqlite_query.hpp"

namespace colo {

AccountWrites::AccountWrites(SQLite::Database& db)
    : create_(db,
              "INSERT INTO accounts (name, name_key, look, folded_look, password_hash, created_at) "
              "VALUES (?, ?, ?, ?, ?, unixepoch() * 1000) ON CONFLICT DO NOTHING RETURNING id"),
      set_hash_(db, "UPDATE accounts SET password_hash = ? WHERE id = ?") {}

result<User> AccountWrites::create(const NameForms& name, const std::string& password_hash) {
  SqliteQuery created(create_);
  created.with(name.shown).with(name.key).with(name.look).with(name.folded_look);
  if (!created.with(password_hash).next()) return errc::username_taken;
  return User{{created.number(0)}, name.shown, false};
}

result<void> AccountWrites::set_password_hash(UserId user, const std::string& hash) {
  // No such account any more: then there is nothing left to protect.
  SqliteQuery(set_hash_).with(hash).with(user).run();
  return {};
}

AccountReads::AccountReads(SQLite::Database& db)
    : find_(db, "SELECT id, name, admin, password_hash FROM accounts WHERE name_key = ?") {}

std::optional<Account> AccountReads::find(const std::string& key) {
  SqliteQuery row(find_);
  if (!row.with(key).next()) return std::nullopt;
  return Account{{{row.number(0)}, row.bytes(1), row.number(2) != 0}, row.bytes(3)};
}

}  // namespace colo
