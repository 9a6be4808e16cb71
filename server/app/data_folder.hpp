// The data folder, locked for one server.
//
// The lock ends with this object, or with the process in whatever way it ends.
#pragma once

#include <filesystem>

namespace colo {

/// The path of a data folder's database.
inline std::filesystem::path database_in(const std::filesystem::path& data) {
  return data / "colo.db";
}

/// The path of its lock file, which is empty until the folder holds a database.
inline std::filesystem::path lock_file_in(const std::filesystem::path& data) {
  return data / "colo.lock";
}

class DataFolder {
 public:
  /// Creates the folder (mode 0700) if it is missing. Throws std::runtime_error, one sentence,
  /// when that fails or another server uses the folder.
  explicit DataFolder(std::filesystem::path path);
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  ~DataFolder();

  std::filesystem::path database() const { return database_in(path_); }

  /// Notes in the lock file that the folder holds a database (existing_database.hpp).
  void note_database();

  /// False when the lock file was removed or replaced, so that another server could start here.
  bool is_locked() const;

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace colo
