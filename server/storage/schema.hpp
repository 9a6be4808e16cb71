// The tables, and the migration of older databases.
//
// Migrations are numbered by PRAGMA user_version and run in order, each in its own transaction:
// after a crash between two, the next start continues.
#pragma once

namespace SQLite {
class Database;
}

namespace colo {

/// Identifies the program in the file's header: "Colo" in ASCII.
inline constexpr int application_id = 0x436F6C6F;

/// The current version.
int schema_version();

/// Brings a new or older database to the current schema. To be called at start, before anything
/// else writes. Throws std::runtime_error when it belongs to another program or a newer Colo,
/// SQLite::Exception when SQLite fails; the failed migration is rolled back.
void bring_up_to_date(SQLite::Database& db, int upto = schema_version());

}  // namespace colo
