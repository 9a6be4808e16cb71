#include "storage/database_file.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "runtime/log.hpp"

namespace colo {
namespace {

std::optional<struct stat> stat_of(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return found;
}

bool same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::int64_t changed_ns(const struct stat& file) {
  return std::int64_t{file.st_ctim.tv_sec} * 1'000'000'000 + file.st_ctim.tv_nsec;
}

// For SQLite's URI filenames (sqlite.org/uri.html).
std::string uri_of(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string())
    uri += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02x}", static_cast<unsigned char>(c))
                                            : std::string(1, c);
  return uri + "?immutable=1";
}

// The tag in the file itself, ignoring its write-ahead log; nothing when it cannot be read.
std::optional<History> tag_in_file(const std::filesystem::path& path) {
  try {
    SQLite::Database db(uri_of(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    return read_tag(db.execAndGet("SELECT tag FROM history").getString());
  } catch (const SQLite::Exception&) {
    return std::nullopt;
  }
}

}  // namespace

DatabaseFile::DatabaseFile(const std::filesystem::path& file)
    : path_(file), found_mark_(read_mark(file)), found_(stat_of(file)) {
  if (const auto wal = stat_of(beside("-wal"))) wal_bytes_ = wal->st_size;
  refuse_missing_file();
  refuse_foreign_wal();
  // SQLite would create a world-readable file; its -wal and -shm get the same mode.
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
  if (fd_ < 0) throw std::runtime_error(std::generic_category().message(errno));
  if ((!found_ || (found_->st_mode & 07777) != 0600) && ::fchmod(fd_, 0600) != 0) {
    log::warn("storage: {} may be readable by others: {}", path_.string(),
              std::generic_category().message(errno));
  }
}

DatabaseFile::~DatabaseFile() {
  ::close(fd_);
}

void DatabaseFile::refuse_missing_file() const {
  if (found_ && found_->st_size > 0) return;
  const auto what = found_ ? "it is empty" : "it is missing";
  if (wal_bytes_ > 0)
    throw std::runtime_error(fmt::format(
        "{}, but {} beside it holds {} bytes that belong to it. Put {} back, or restore a backup "
        "there and move {} away; to start with an empty server, move both away",
        what, beside("-wal").string(), wal_bytes_, path_.filename().string(),
        beside("-wal").filename().string()));
  if (found_mark_)
    throw std::runtime_error(fmt::format(
        "{}, but {} beside it is of a database that was here. Put {} back or restore a backup "
        "there; to start with an empty server, move both away",
        what, mark_of(path_).string(), path_.filename().string()));
}

// SQLite would replay the write-ahead log of one database into another.
void DatabaseFile::refuse_foreign_wal() const {
  if (wal_bytes_ == 0 || !found_ || !found_mark_) return;
  const auto& mark = *found_mark_;
  const auto wal = stat_of(beside("-wal"));
  bool foreign = mark.state == DatabaseMark::State::overwritten;
  foreign = foreign || (wal && wal->st_ino == mark.wal && found_->st_ino != mark.file);
  // Only if that server had seen its tag in the file itself. After a power cut the file may be
  // older than that.
  if (!foreign && mark.commits_in_file > 0)
    if (const auto tag = tag_in_file(path_))
      foreign = tag->epoch != mark.history.epoch ||
                (mark.boot == boot_id() && tag->commits < mark.commits_in_file);
  if (!foreign) return;
  throw std::runtime_error(fmt::format(
      "it was replaced while {} beside it is of the database that was here before, and SQLite "
      "would mix the two. To use {} as it is, move {} and {} away",
      beside("-wal").string(), path_.filename().string(), beside("-wal").filename().string(),
      beside("-shm").filename().string()));
}

bool DatabaseFile::is_as_closed() const {
  return found_ && found_mark_ && found_mark_->state == DatabaseMark::State::closed &&
         found_->st_ino == found_mark_->file && found_->st_size == found_mark_->size &&
         changed_ns(*found_) == found_mark_->changed_ns;
}

void DatabaseFile::watch() {
  const auto at_path = stat_of(path_);
  if (::fstat(fd_, &file_) != 0 || !at_path || !same(file_, *at_path))
    throw std::runtime_error("it was replaced while it was opened");
  const auto wal = stat_of(beside("-wal"));
  const auto shm = stat_of(beside("-shm"));
  if (!wal || !shm) throw std::runtime_error("its write-ahead log was removed while it was opened");
  wal_ = *wal;
  shm_ = *shm;
}

std::string DatabaseFile::missing() const {
  const auto check = [](const std::filesystem::path& path, const struct stat& opened) {
    const auto now = stat_of(path);
    if (!now) return path.string() + " was removed, moved or unmounted";
    if (!same(*now, opened)) return path.string() + " was replaced by another file";
    return std::string{};
  };
  if (auto what = check(path_, file_); !what.empty()) return what;
  if (auto what = check(beside("-wal"), wal_); !what.empty()) return what;
  return check(beside("-shm"), shm_);
}

std::optional<History> DatabaseFile::tag_on_page(std::int64_t number,
                                                 std::size_t page_bytes) const {
  std::string page(page_bytes, '\0');
  const auto at = (number - 1) * static_cast<std::int64_t>(page_bytes);
  const auto got = ::pread(fd_, page.data(), page.size(), at);
  if (got <= 0) return std::nullopt;
  return find_tag(std::string_view(page).substr(0, static_cast<std::size_t>(got)));
}

void DatabaseFile::describe_closed(DatabaseMark& mark) const {
  const auto now = stat_of(path_);
  if (!now || !same(*now, file_) || stat_of(beside("-wal"))) return;
  mark.state = DatabaseMark::State::closed;
  mark.changed_ns = changed_ns(*now);
  mark.size = now->st_size;
}

}  // namespace colo
