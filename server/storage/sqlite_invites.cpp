#include "storage/sqlite_invites.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <string>

#include "domain/limits.hpp"
#include "storage/sqlite_query.hpp"

namespace colo {
namespace {

constexpr const char* columns =
    "SELECT i.id, i.note, i.uses, i.uses_max, a.name, i.made_at, i.expires_at, a.admin "
    "FROM invites i JOIN accounts a ON a.id = i.made_by ";

Invite invite_of(SqliteQuery& row) {
  return {{row.number(0)},
          row.bytes(1),
          static_cast<std::uint32_t>(row.number(2)),
          static_cast<std::uint32_t>(row.number(3)),
          row.bytes(4),
          row.time(5),
          row.time(6),
          row.number(7) != 0};
}

}  // namespace

InviteWrites::InviteWrites(SQLite::Database& db)
    : use_(db,
           "UPDATE invites SET uses = uses + 1, used_at = ?2 "
           "WHERE code_hash = ?1 AND uses < uses_max AND "
           // A machine whose clock restarts in 1970 must not revive expired invites.
           "expires_at > max(?2, coalesce((SELECT time + wall_ahead FROM log_clock), 0)) AND "
           "EXISTS (SELECT 1 FROM accounts a WHERE a.id = made_by AND a.admin AND NOT a.gone)"),
      is_admin_(db, "SELECT 1 FROM accounts WHERE id = ? AND admin AND NOT gone"),
      working_(db,
               "SELECT count(*) FROM invites i JOIN accounts a ON a.id = i.made_by "
               "WHERE i.uses < i.uses_max AND i.expires_at > ? AND a.admin"),
      make_(db,
            "INSERT INTO invites (code_hash, note, uses_max, made_by, made_at, expires_at) "
            "VALUES (?, ?, ?, ?, ?, ?) RETURNING id"),
      revoke_(db, "DELETE FROM invites WHERE id = ?") {}

result<void> InviteWrites::use(const CodeHash& code, WallTime now) {
  if (SqliteQuery(use_).with(code).with(now).run() == 0) return errc::invite_gone;
  return {};
}

result<Invite> InviteWrites::make(const NewInvite& invite) {
  if (!SqliteQuery(is_admin_).with(invite.made_by.id).next()) return errc::not_admin;
  {
    SqliteQuery working(working_);
    if (working.with(invite.made_at).next() &&
        working.number(0) >= static_cast<std::int64_t>(limits::invites_max))
      return errc::too_many_invites;
  }
  SqliteQuery made(make_);
  made.with(invite.code).with(invite.note).with(std::int64_t{invite.uses_max});
  made.with(invite.made_by.id).with(invite.made_at).with(invite.expires_at);
  if (!made.next()) throw SQLite::Exception("the new invite has no id", SQLITE_ERROR);
  return Invite{{made.number(0)}, invite.note,       0,   invite.uses_max, invite.made_by.name,
                invite.made_at,   invite.expires_at, true};
}

result<void> InviteWrites::revoke(InviteId id) {
  if (SqliteQuery(revoke_).with(id).run() == 0) return errc::no_such_invite;
  return {};
}

InviteReads::InviteReads(SQLite::Database& db)
    : all_(db, columns + std::string("ORDER BY i.id DESC")),
      find_(db, columns + std::string("WHERE i.code_hash = ?")) {}

std::vector<Invite> InviteReads::all() {
  std::vector<Invite> invites;
  SqliteQuery rows(all_);
  while (rows.next()) invites.push_back(invite_of(rows));
  return invites;
}

std::optional<Invite> InviteReads::find(const CodeHash& code) {
  SqliteQuery row(find_);
  if (!row.with(code).next()) return std::nullopt;
  return invite_of(row);
}

}  // namespace colo
