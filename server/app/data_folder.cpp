#include "app/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>
#include <system_error>

namespace colo {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const fs::path& folder, std::error_code why) {
  throw std::runtime_error(
      fmt::format("The data folder {} cannot be used: {}. Name another with --data.",
                  folder.string(), why.message()));
}

}  // namespace

DataFolder::DataFolder(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  if (fs::create_directories(path_, error)) fs::permissions(path_, fs::perms::owner_all, error);
  if (error) refuse(path_, error);
  const auto file = path_ / "colo.lock";
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

DataFolder::~DataFolder() {
  ::close(lock_);
}

}  // namespace colo
