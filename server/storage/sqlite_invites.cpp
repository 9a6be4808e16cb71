#include "storage/sqlite_invites.hpp"

#include <string>

#include "domain/limits.hpp"
#include "storage/sqlite_query.hpp"

namespace colo {
namespace {

constexpr const char* columns =
    "SELECT i.id, i.note, i.uses, i.uses_max, a.name, i.made_at, i.expires_at "
    "FROM invites i JOIN accounts a ON a.id = i.made_by ";

Invite invite_of(SqliteQuery& row) {
  return {{row.number(0)},
          row.bytes(1),
          static_cast<std::uint32_t>(row.number(2)),
          static_cast<std::uint32_t>(row.number(3)),
          row.bytes(4),
          row.time(5),
          row.time(6)};
}

}  // namespace

InviteWrites::InviteWrites(SQLite::Database& db)
    : use_(db,
           "UPDATE invites SET uses = uses + 1, used_at = ?2 "
           "WHERE code_hash = ?1 AND uses < uses_max AND expires_at > ?2"),
      forget_(db,
              "DELETE FROM invites WHERE expires_at < ?1 OR (uses >= uses_max AND used_at < ?1)"),
      working_(db, "SELECT count(*) FROM invites WHERE uses < uses_max AND expires_at > ?"),
      make_(db,
            "INSERT INTO invites (code_hash, note, uses_max, made_by, made_at, expires_at) "
            "VALUES (?, ?, ?, ?, ?, ?) RETURNING id"),
      revoke_(db, "DELETE FROM invites WHERE id = ?") {}

result<void> InviteWrites::use(const CodeHash& code, WallTime now) {
  if (SqliteQuery(use_).with(code).with(now).run() == 0) return errc::invite_gone;
  return {};
}

result<Invite> InviteWrites::make(const NewInvite& invite) {
  SqliteQuery(forget_).with(invite.made_at - limits::invite_remembered_time).run();
  {
    SqliteQuery working(working_);
    if (working.with(invite.made_at).next() &&
        working.number(0) >= static_cast<std::int64_t>(limits::invites_max))
      return errc::too_many_invites;
  }
  SqliteQuery made(make_);
  made.with(invite.code).with(invite.note).with(std::int64_t{invite.uses_max});
  made.with(invite.made_by.id).with(invite.made_at).with(invite.expires_at);
  if (!made.next()) return errc::storage_failed;
  return Invite{{made.number(0)}, invite.note,      0, invite.uses_max, invite.made_by.name,
                invite.made_at,   invite.expires_at};
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
