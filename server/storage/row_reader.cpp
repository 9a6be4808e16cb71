#include "storage/row_reader.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "domain/utf8.hpp"

namespace colo {
namespace {

constexpr std::size_t ranges_max = 10'000;  // in all rooms; beyond, all are forgotten

}  // namespace

bool is_damage(const SQLite::Exception& error) {
  switch (error.getExtendedErrorCode()) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_DATA:
    case SQLITE_IOERR_CORRUPTFS:
      return true;
    default:
      return error.getErrorCode() == SQLITE_CORRUPT;
  }
}

std::optional<Message> message_of(SqliteQuery& row, const RoomId& room, StoredDrawingCheck& check,
                                  const OnDamage& damaged) {
  Message message;
  message.room = room;
  message.seq = row.seq(0);
  message.author = {UserId{row.number(8)}, row.bytes(1)};
  message.sent_at = row.time(2);
  message.drawing = row.bytes(3);
  message.caption = row.bytes(4);
  message.remix_of = row.seq(5);
  const std::string client_id = row.bytes(6);
  message.remix_author = {UserId{row.number(9)}, row.bytes(7)};
  std::string what;
  if (!check.holds(message.drawing.view())) what = "its drawing is damaged";
  if (client_id.size() != message.client_id.bytes.size()) what = "its client_id is damaged";
  for (const auto* text : {&message.author.name, &message.caption, &message.remix_author.name})
    if (!code_points(*text)) what = "its caption or a name is damaged";
  if (!what.empty()) {
    if (damaged) damaged(room, message.seq, what);
    return std::nullopt;
  }
  std::memcpy(message.client_id.bytes.data(), client_id.data(), client_id.size());
  return message;
}

RowReader::RowReader(SQLite::Database& db, OnDamage damaged)
    : down_(db, "SELECT seq FROM messages WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT 1"),
      up_(db, "SELECT seq FROM messages WHERE room = ? AND seq > ? ORDER BY seq LIMIT 1"),
      row_(db, page_columns + std::string(page_joins) + "AND m.seq = ?"),
      last_(db, "SELECT last_seq FROM rooms WHERE id = ?"),
      damaged_(std::move(damaged)) {}

MessagePage RowReader::before(const RoomId& room, Seq seq, PageLimit limit) {
  const auto last = last_seq(room);
  auto page = read(room, std::min(seq.value, last + 1), last, limit, Direction::down);
  std::ranges::reverse(page.messages);
  return page;
}

MessagePage RowReader::after(const RoomId& room, Seq seq, PageLimit limit) {
  return read(room, seq.value, last_seq(room), limit, Direction::up);
}

MessagePage RowReader::read(const RoomId& room, std::uint64_t at, std::uint64_t last,
                            PageLimit limit, Direction direction) {
  PageFill fill(limit);
  std::optional<SQLite::Exception> unreadable;
  for (std::size_t skipped = 0; skipped < skipped_max;) {
    at = end_of_skipped(room, at, direction);
    std::uint64_t seq = at;
    std::optional<Message> message;
    try {
      const auto found = next(room, at, direction);
      if (!found) break;
      seq = *found;
      message = read_row(room, seq);
    } catch (const SQLite::Exception& e) {
      if (!is_damage(e)) throw;
      unreadable = e;
      if (seq == at) {  // the index is damaged, too
        if (direction == Direction::down ? at <= 1 : at >= last) break;
        seq = direction == Direction::down ? at - 1 : at + 1;
      }
      if (damaged_) damaged_(room, {seq}, e.what());
    }
    at = seq;
    if (message) {
      if (!fill.add(std::move(*message))) return fill.take();
      continue;
    }
    ++skipped;
    // An I/O error may be temporary.
    if (!unreadable || unreadable->getErrorCode() != SQLITE_IOERR) skip(room, seq);
    if (skipped == skipped_max) fill.leave_the_rest();
  }
  auto page = fill.take();
  const bool failing = unreadable && unreadable->getErrorCode() == SQLITE_IOERR;
  if (page.messages.empty() && (page.more || failing))
    throw ReportedDamage(failing ? unreadable->what() : "too many messages cannot be read",
                         failing ? SQLITE_IOERR : SQLITE_CORRUPT);
  return page;
}

std::uint64_t RowReader::last_seq(const RoomId& room) {
  SqliteQuery row(last_);
  return row.with(room).next() ? row.seq(0).value : 0;
}

std::optional<std::uint64_t> RowReader::next(const RoomId& room, std::uint64_t at,
                                             Direction direction) {
  SqliteQuery row(direction == Direction::down ? down_ : up_);
  if (!row.with(room).with(Seq{at}).next()) return std::nullopt;
  return row.seq(0).value;
}

// Nothing when the message is deleted or damaged.
std::optional<Message> RowReader::read_row(const RoomId& room, std::uint64_t seq) {
  SqliteQuery row(row_);
  if (!row.with(room).with(Seq{seq}).next()) return std::nullopt;
  return message_of(row, room, check_, damaged_);
}

// The last of the skipped rows adjacent to `at`, or `at`.
std::uint64_t RowReader::end_of_skipped(const RoomId& room, std::uint64_t at,
                                        Direction direction) const {
  const auto ranges = skipped_.find(room);
  if (ranges == skipped_.end() || (direction == Direction::down && at == 0)) return at;
  const auto neighbour = direction == Direction::down ? at - 1 : at + 1;
  auto range = ranges->second.upper_bound(neighbour);
  if (range == ranges->second.begin()) return at;
  --range;
  if (range->second < neighbour) return at;
  return direction == Direction::down ? range->first : range->second;
}

void RowReader::skip(const RoomId& room, std::uint64_t seq) {
  auto& ranges = skipped_[room];
  auto after = ranges.upper_bound(seq);
  auto last = seq;
  if (after != ranges.end() && after->first == seq + 1) {
    last = after->second;
    after = ranges.erase(after);
    --ranges_;
  }
  if (after != ranges.begin() && std::prev(after)->second >= seq - 1) {
    auto& end = std::prev(after)->second;
    end = std::max(end, last);
    return;
  }
  ranges.emplace_hint(after, seq, last);
  if (++ranges_ <= ranges_max) return;
  skipped_.clear();
  ranges_ = 0;
}

}  // namespace colo
