// Checks the integrity of a database: the vital parts at start, everything in `colo verify`.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace colo {

/// What to do about the damaged database `file`: a sentence without its full stop.
std::string remedy_for(const std::filesystem::path& file);

/// A shell command that copies everything readable into recovered.db beside `file`. Uses sqlite3's
/// .dump, which reads a damaged table from both ends; not every build of sqlite3 has .recover.
std::string rescue_command(const std::filesystem::path& file);

/// Reads what all other data is reached through: the schema, the list of rooms, and the first and
/// last row of each table and of the messages' index. A few page reads each, whatever the size of
/// the file; damage elsewhere is found when it is read. Throws std::runtime_error when the server
/// cannot work without the damaged part.
void check_vital_parts(SQLite::Database& db);

/// Reads all of `file` without changing it; a server may be running. Runs SQLite's own checks and
/// checks that each drawing can be painted. Calls `report` for each finding and returns their
/// number. Throws std::runtime_error, one sentence, when the file cannot be read at all.
std::size_t verify_database(const std::filesystem::path& file,
                            const std::function<void(const std::string&)>& report);

}  // namespace colo
