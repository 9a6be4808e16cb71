// Is the database whole? A quick look at the start, and `colo verify`.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace colo {

/// What to do about the damaged database `file`, as a sentence without its full stop.
std::string remedy_for(const std::filesystem::path& file);

/// A command for the shell that copies what can still be read into recovered.db beside `file`.
/// sqlite3's .dump reads a damaged table from both ends; .recover is not in every build of it.
std::string rescue_command(const std::filesystem::path& file);

/// Reads what everything else is reached from: the schema, the list of rooms, and the
/// first and last row of each table and of the messages' index. Some page reads for each,
/// however large the file is; damage in between is met when it is read. Throws
/// std::runtime_error when the server cannot work without what is damaged.
void check_vital_parts(SQLite::Database& db);

/// Reads all of `file`, beside a running server or without one, and changes nothing:
/// SQLite's own checks, and whether each drawing can still be painted. `tell` hears of
/// each finding; gives back how many. Throws std::runtime_error, one sentence, when it
/// cannot be read at all.
std::size_t verify_database(const std::filesystem::path& file,
                            const std::function<void(const std::string&)>& tell);

}  // namespace colo
