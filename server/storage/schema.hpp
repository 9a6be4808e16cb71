// The tables, and how an older database becomes today's.
//
// Migrations are numbered by PRAGMA user_version and run in order, each in a
// transaction of its own: a crash between two leaves a database that the next
// start takes further. Runs at start, on the opening thread, before any writer.
#pragma once

namespace SQLite {
class Database;
}

namespace colo {

/// Says in the file's header whose it is: "Colo" in ASCII.
inline constexpr int application_id = 0x436F6C6F;

/// The version that bring_up_to_date() ends at.
int schema_version();

/// Brings a new or older database to today's schema. Throws std::runtime_error
/// when it is another program's or from a newer Colo, SQLite::Exception when
/// SQLite fails; the database is then as it was.
void bring_up_to_date(SQLite::Database& db, int upto = schema_version());

}  // namespace colo
