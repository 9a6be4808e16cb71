// The table of loose name skeletons, by which new names are compared with existing ones.
//
// Not UNIQUE and not a migration: older accounts may be confusable with each other, and stay.
// Skeletons are rebuilt at start when the rules changed (name_rules()). In the database they are
// called looks, the name under which the table was released.
#pragma once

namespace SQLite {
class Database;
}

namespace colo {

/// Creates the table if it is missing, and adds or rebuilds missing and outdated rows. To be called
/// at start, before anything else writes. Accounts that cannot be read are logged and do not stop
/// the server. Throws SQLite::Exception when the table cannot be created.
void update_name_skeletons(SQLite::Database& db);

}  // namespace colo
