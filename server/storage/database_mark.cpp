#include "storage/database_mark.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace colo {
namespace {

constexpr std::size_t mark_bytes = 512;  // one sector, so that it is written atomically

constexpr std::string_view name_of(DatabaseMark::State state) {
  switch (state) {
    case DatabaseMark::State::closed:
      return "closed";
    case DatabaseMark::State::overwritten:
      return "overwritten";
    case DatabaseMark::State::running:
      break;
  }
  return "running";
}

std::optional<DatabaseMark::State> state_of(std::string_view name) {
  for (const auto state : {DatabaseMark::State::running, DatabaseMark::State::closed,
                           DatabaseMark::State::overwritten})
    if (name == name_of(state)) return state;
  return std::nullopt;
}

}  // namespace

std::filesystem::path mark_of(const std::filesystem::path& file) {
  return file.string() + "-mark";
}

std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  in >> id;
  return id;
}

std::optional<DatabaseMark> read_mark(const std::filesystem::path& file) {
  std::ifstream in(mark_of(file));
  std::string tag;
  if (!std::getline(in, tag)) return std::nullopt;
  const auto history = read_tag(tag);
  if (!history) return std::nullopt;
  DatabaseMark mark;
  mark.history = *history;
  std::string label;
  std::string state;
  in >> label >> mark.commits_in_file;
  in >> label >> mark.file;
  in >> label >> mark.wal;
  in >> label >> mark.boot;
  in >> label >> state >> mark.changed_ns >> mark.size;
  const auto known = state_of(state);
  if (!in || !known) return std::nullopt;
  mark.state = *known;
  return mark;
}

MarkWriter::MarkWriter(const std::filesystem::path& file)
    : fd_(::open(mark_of(file).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW,
                 0600)) {
  if (fd_ < 0)
    throw std::runtime_error(mark_of(file).string() +
                             " cannot be written: " + std::generic_category().message(errno));
}

MarkWriter::~MarkWriter() {
  ::close(fd_);
}

bool MarkWriter::write_to_disk(const DatabaseMark& mark) {
  return write(mark) && ::fsync(fd_) == 0;
}

bool MarkWriter::write(const DatabaseMark& mark) {
  auto text = fmt::format("{}\nin-file {}\nfile {}\nwal {}\nboot {}\nstate {} {} {}\n",
                          tag_of(mark.history), mark.commits_in_file, mark.file, mark.wal,
                          mark.boot.empty() ? "unknown" : mark.boot, name_of(mark.state),
                          mark.changed_ns, mark.size);
  text.resize(mark_bytes - 1, ' ');
  text += '\n';
  return ::pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace colo
