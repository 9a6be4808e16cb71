#include "app/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>
#include <system_error>

#include "runtime/log.hpp"

namespace colo {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const fs::path& folder, std::error_code why) {
  throw std::runtime_error(
      fmt::format("The data folder {} cannot be used: {}. Name another with --data.",
                  folder.string(), why.message()));
}

constexpr std::string_view lock_text = "This folder holds the database of a Colo server.\n";

fs::path lock_in(const fs::path& folder) {
  return folder / "colo.lock";
}

}  // namespace

void refuse_lost_database(const fs::path& data) {
  std::error_code missing;
  const auto file = database_in(data);
  if (const auto bytes = fs::file_size(file, missing); !missing && bytes > 0) return;
  const auto lock = lock_in(data);
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
  refuse_lost_database(data);
  const auto file = database_in(data);
  if (!fs::exists(file, unreadable))
    throw std::runtime_error(
        fmt::format("the folder {} holds no database of Colo's. Start the server once, or name "
                    "its folder with --data.",
                    data.string()));
  return file;
}

DataFolder::DataFolder(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  if (fs::create_directories(path_, error)) fs::permissions(path_, fs::perms::owner_all, error);
  if (error) refuse(path_, error);
  const auto file = lock_in(path_);
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) refuse(path_, {errno, std::generic_category()});
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw std::runtime_error(
        fmt::format("Another Colo is using the data folder {}. Stop it first, or name another "
                    "with --data.",
                    path_.string()));
  }
}

void DataFolder::note_database() {
  if (::pwrite(lock_, lock_text.data(), lock_text.size(), 0) < 0)
    log::warn("{} cannot be written to: a missing database will not be noticed",
              lock_in(path_).string());
}

bool DataFolder::is_locked() const {
  struct stat held {};
  struct stat there {};
  return ::fstat(lock_, &held) == 0 && ::stat(lock_in(path_).c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

DataFolder::~DataFolder() {
  ::close(lock_);
}

}  // namespace colo
