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

class DataFolder {
 public:
  /// Makes the folder (mode 0700) where there is none. Throws std::runtime_error,
  /// one sentence, when that cannot be or another server uses it.
  explicit DataFolder(std::filesystem::path path);
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  ~DataFolder();

  std::filesystem::path database() const { return database_in(path_); }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace colo
