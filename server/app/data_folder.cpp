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

}  // namespace

DataFolder::DataFolder(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  if (fs::create_directories(path_, error)) fs::permissions(path_, fs::perms::owner_all, error);
  if (error) refuse(path_, error);
  const auto file = lock_file_in(path_);
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
    log::warn("{} cannot be written to: a missing database will not be detected",
              lock_file_in(path_).string());
}

bool DataFolder::is_locked() const {
  struct stat held {};
  struct stat there {};
  return ::fstat(lock_, &held) == 0 && ::stat(lock_file_in(path_).c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

DataFolder::~DataFolder() {
  ::close(lock_);
}

}  // namespace colo
