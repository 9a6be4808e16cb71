// The table of the loose looks of names, which keeps new names apart from those that are there.
//
// Not UNIQUE, and no migration: accounts of before may look alike, and stay. The looks are made
// again when the rules change (name_rules()), at start, on the opening thread, before any writer.
#pragma once

namespace SQLite {
class Database;
}

namespace colo {

/// Makes the table, and the rows that are missing or of other rules. Where the accounts cannot
/// all be read the rest of the server still can be: that is logged. Throws SQLite::Exception
/// when the table cannot be made.
void update_name_skeletons(SQLite::Database& db);

}  // namespace colo
