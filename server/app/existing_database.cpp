#include "app/existing_database.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>

#include "app/data_folder.hpp"

namespace colo {

namespace fs = std::filesystem;

void refuse_folder_without_its_database(const fs::path& data) {
  std::error_code missing;
  const auto file = database_in(data);
  if (const auto bytes = fs::file_size(file, missing); !missing && bytes > 0) return;
  const auto lock = lock_file_in(data);
  std::error_code no_lock;
  const auto noted = fs::file_size(lock, no_lock);
  if (no_lock || noted == 0) return;
  throw std::runtime_error(fmt::format(
      "The database {} is {}, but {} says that there was one. Put it back or restore a backup "
      "there; to start with an empty server, move everything but colo.toml out of the folder.",
      file.string(), missing ? "missing" : "empty", lock.string()));
}

fs::path existing_database(const fs::path& data) {
  std::error_code unreadable;
  if (!fs::is_directory(data, unreadable))
    throw std::runtime_error(
        fmt::format("there is no data folder {}. Name the server's with --data.", data.string()));
  refuse_folder_without_its_database(data);
  const auto file = database_in(data);
  if (!fs::exists(file, unreadable))
    throw std::runtime_error(
        fmt::format("the folder {} holds no database of Colo's. Start the server once, or name "
                    "its folder with --data.",
                    data.string()));
  return file;
}

}  // namespace colo
