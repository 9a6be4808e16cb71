// The folder that holds what outlives the process, taken for one server alone.
//
// The lock goes with the object, or with the process, however it ends.
#pragma once

#include <filesystem>

namespace colo {

/// Where the database of a data folder lies.
inline std::filesystem::path database_in(const std::filesystem::path& data) {
  return data / "colo.db";
}

/// Throws std::runtime_error, one sentence, when the folder's lock says that it held a
/// database, and there is none or an empty file.
void refuse_lost_database(const std::filesystem::path& data);

/// The database of a folder in which a server ran already. Throws std::runtime_error,
/// one sentence, when there is none.
std::filesystem::path existing_database(const std::filesystem::path& data);

class DataFolder {
 public:
  /// Makes the folder (mode 0700) where there is none. Throws std::runtime_error,
  /// one sentence, when that cannot be, another server uses it, or its database is gone.
  explicit DataFolder(std::filesystem::path path);
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  ~DataFolder();

  std::filesystem::path database() const { return database_in(path_); }

  /// Notes in the lock that the folder holds a database: from now on it is missed.
  void note_database();

  /// False when the lock's file was removed or replaced: another server may start here.
  bool is_locked() const;

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace colo
