// Finds the database of a data folder, and detects that an earlier database is missing.
//
// The evidence is the note in the folder's lock file (DataFolder::note_database). What lies beside
// the database itself, such as its write-ahead log, is checked by storage/database_file.hpp.
#pragma once

#include <filesystem>

namespace colo {

/// Throws std::runtime_error, one sentence, when the lock file notes a database and there is none,
/// or an empty file.
void refuse_folder_without_its_database(const std::filesystem::path& data);

/// The database of a folder that a server has used. Throws std::runtime_error, one sentence, when
/// there is none.
std::filesystem::path existing_database(const std::filesystem::path& data);

}  // namespace colo
