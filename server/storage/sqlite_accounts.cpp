#include "storage/sqlite_accounts.hpp"

#include "storage/sqlite_query.hpp"

namespace colo {
namespace {

constexpr const char* account_columns =
    "SELECT a.id, a.name, a.admin, a.password_hash, "
    "a.password_version ";

Account account_of(SqliteQuery& row) {
  return {{{row.number(0)}, row.bytes(1), row.number(2) != 0}, row.bytes(3), {row.number(4)}};
}

}  // namespace

AccountWrites::AccountWrites(SQLite::Database& db, OpenedBy opened_by)
    : opened_by_(opened_by),
      skeleton_taken_(db, "SELECT 1 FROM name_looks WHERE look = ?1 OR folded_look = ?2"),
      create_(db,
              "INSERT INTO accounts (name, name_key, look, folded_look, password_hash, admin, "
              "created_at) VALUES (?, ?, ?, ?, ?, ?, unixepoch() * 1000) "
              "ON CONFLICT DO NOTHING RETURNING id, password_version"),
      add_skeleton_(
          db, "INSERT INTO name_looks (account, look, folded_look, rules) VALUES (?, ?, ?, ?)"),
      remove_skeleton_(db, "DELETE FROM name_looks WHERE account = ?"),
      renew_hash_(db,
                  "UPDATE accounts SET password_hash = ?3 "
                  "WHERE id = ?1 AND password_version = ?2 AND NOT gone"),
      change_password_(db,
                       "UPDATE accounts SET password_hash = ?3, "
                       "password_version = password_version + 1 "
                       "WHERE id = ?1 AND password_version = ?2 AND NOT gone "
                       "RETURNING password_version"),
      has_admin_(db, "SELECT 1 FROM accounts WHERE admin"),
      make_admin_(db, "UPDATE accounts SET admin = 1 WHERE id = ? AND NOT gone"),
      // Replaces the unique forms by values that no name has: names hold no control characters.
      remove_(db,
              "UPDATE accounts SET name = '', name_key = char(1) || id, look = char(1) || id, "
              "folded_look = char(1) || id, password_hash = '', admin = 0, gone = 1, erasing = ?3, "
              "created_at = 0, password_version = password_version + 1 "
              "WHERE id = ?1 AND password_version = ?2 AND NOT gone"),
      remove_invites_(db, "DELETE FROM invites WHERE made_by = ?"),
      erased_(db, "UPDATE accounts SET erasing = 0 WHERE id = ?"),
      record_change_(db, "INSERT INTO outside_changes (account) VALUES (?)"),
      forget_changes_(db, "DELETE FROM outside_changes WHERE id <= ?") {}

result<Account> AccountWrites::create(const NameForms& name, const std::string& password_hash,
                                      const Admission& admission) {
  if (admission.only_first_admin && has_admin()) return errc::invite_gone;
  if (SqliteQuery(skeleton_taken_)
          .with(name.loose_skeleton)
          .with(name.loose_folded_skeleton)
          .next())
    return errc::username_taken;
  SqliteQuery created(create_);
  created.with(name.shown).with(name.key).with(name.skeleton).with(name.folded_skeleton);
  created.with(password_hash).with(std::int64_t{admission.admin});
  if (!created.next()) return errc::username_taken;
  SqliteQuery added(add_skeleton_);
  added.with(created.number(0)).with(name.loose_skeleton).with(name.loose_folded_skeleton);
  added.with(name_rules()).run();
  record_change({created.number(0)});
  return Account{
      {{created.number(0)}, name.shown, admission.admin}, password_hash, {created.number(1)}};
}

result<void> AccountWrites::renew_password_hash(UserId user, PasswordVersion version,
                                                const std::string& hash) {
  // Changes no row if the account was deleted or its password replaced.
  SqliteQuery(renew_hash_).with(user).with(version).with(hash).run();
  return {};
}

result<PasswordVersion> AccountWrites::change_password(UserId user, PasswordVersion version,
                                                       const std::string& hash) {
  SqliteQuery changed(change_password_);
  if (!changed.with(user).with(version).with(hash).next()) return errc::wrong_password;
  record_change(user);
  return PasswordVersion{changed.number(0)};
}

result<void> AccountWrites::make_admin(UserId user, bool only_first) {
  if (only_first && has_admin()) return errc::invite_gone;
  if (SqliteQuery(make_admin_).with(user).run() == 0) return errc::signed_out;
  record_change(user);
  return {};
}

result<void> AccountWrites::remove(UserId user, PasswordVersion version, bool erase_drawings) {
  SqliteQuery removed(remove_);
  removed.with(user).with(version).with(std::int64_t{erase_drawings});
  if (removed.run() == 0) return errc::wrong_password;
  SqliteQuery(remove_skeleton_).with(user).run();
  SqliteQuery(remove_invites_).with(user).run();
  return {};
}

result<void> AccountWrites::drawings_erased(UserId user) {
  SqliteQuery(erased_).with(user).run();
  return {};
}

void AccountWrites::record_change(UserId user) {
  if (opened_by_ == OpenedBy::admin_command) SqliteQuery(record_change_).with(user).run();
}

result<void> AccountWrites::forget_outside_changes(std::int64_t upto) {
  SqliteQuery(forget_changes_).with(upto).run();
  return {};
}

bool AccountWrites::has_admin() {
  return SqliteQuery(has_admin_).next();
}

AccountReads::AccountReads(SQLite::Database& db)
    : find_(db, account_columns + std::string("FROM accounts a WHERE a.name_key = ?")),
      account_(db, account_columns + std::string("FROM accounts a WHERE a.id = ? AND NOT a.gone")),
      has_admin_(db, "SELECT 1 FROM accounts WHERE admin"),
      to_erase_(db, "SELECT id FROM accounts WHERE erasing LIMIT ?"),
      outside_changes_(db, account_columns + std::string(", c.id FROM outside_changes c "
                                                         "JOIN accounts a ON a.id = c.account "
                                                         "ORDER BY c.id")) {}

std::optional<Account> AccountReads::find(const std::string& key) {
  SqliteQuery row(find_);
  if (!row.with(key).next()) return std::nullopt;
  return account_of(row);
}

std::optional<Account> AccountReads::account(UserId user) {
  SqliteQuery row(account_);
  if (!row.with(user).next()) return std::nullopt;
  return account_of(row);
}

bool AccountReads::has_admin() {
  return SqliteQuery(has_admin_).next();
}

std::vector<UserId> AccountReads::to_erase() {
  std::vector<UserId> users;
  SqliteQuery rows(to_erase_);
  rows.with(static_cast<std::int64_t>(limits::accounts_erased_at_once));
  while (rows.next()) users.push_back({rows.number(0)});
  return users;
}

std::vector<OutsideChange> AccountReads::outside_changes() {
  std::vector<OutsideChange> changes;
  SqliteQuery rows(outside_changes_);
  while (rows.next()) changes.push_back({rows.number(5), account_of(rows)});
  return changes;
}

}  // namespace colo
