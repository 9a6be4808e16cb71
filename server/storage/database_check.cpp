#include "storage/database_check.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "domain/limits.hpp"
#include "storage/row_reader.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite_messages.hpp"

namespace colo {
namespace {

constexpr int busy_ms_max = 5000;
constexpr int integrity_lines_max = 100;

// Whether all rows of `sql` can be read.
bool can_read(SQLite::Database& db, const std::string& sql) {
  try {
    SQLite::Statement rows(db, sql);
    while (rows.executeStep()) {
    }
    return true;
  } catch (const SQLite::Exception& e) {
    if (!is_damage(e)) throw;
    return false;
  }
}

[[noreturn]] void refuse(const std::string& part) {
  throw SQLite::Exception("its " + part + " cannot be read", SQLITE_CORRUPT);
}

struct Verifying {
  SQLite::Database& db;
  const std::function<void(const std::string&)>& report;
  std::size_t findings = 0;

  void found(const std::string& what) {
    ++findings;
    report(what);
  }

  // Calls `on_row` for each row of a statement.
  template <class OnRow>
  void for_each_row(const std::string& sql, OnRow on_row) {
    try {
      SQLite::Statement rows(db, sql);
      while (rows.executeStep()) on_row(rows);
    } catch (const SQLite::Exception& e) {
      found(sql + " failed: " + e.what());
    }
  }

  std::vector<RoomId> rooms() {
    std::vector<RoomId> rooms;
    for_each_row("SELECT id FROM rooms ORDER BY id",
                 [&](SQLite::Statement& row) { rooms.push_back({row.getColumn(0).getString()}); });
    return rooms;
  }

  void read_room(const RoomId& room) {
    std::set<Seq> damaged;
    MessageReads messages(db, [&](const RoomId&, Seq seq, const std::string& what) {
      if (damaged.insert(seq).second)
        found(fmt::format("room {}, message {}: {}", room.value, seq.value, what));
    });
    Seq after;
    for (bool more = true; more;) {
      MessagePage page;
      try {
        page = messages.after(room, after, limits::page_messages_max);
      } catch (const SQLite::Exception& e) {
        found(fmt::format("room {}, after message {}: {}", room.value, after.value, e.what()));
        return;
      }
      if (!page.messages.empty()) after = page.messages.back().seq;
      more = page.more;
    }
  }
};

}  // namespace

std::string remedy_for(const std::filesystem::path& file) {
  return fmt::format(
      "Restore a backup; `colo verify --data {}` lists what is damaged and says how to keep the "
      "rest",
      file.parent_path().string());
}

std::string rescue_command(const std::filesystem::path& file) {
  return fmt::format(
      "(sqlite3 '{}' .dump | sed 's/^ROLLBACK;.*/COMMIT;/'; echo 'PRAGMA application_id = {}; "
      "PRAGMA user_version = {};') | sqlite3 '{}'",
      file.string(), application_id, schema_version(),
      (file.parent_path() / "recovered.db").string());
}

void check_vital_parts(SQLite::Database& db) {
  if (!can_read(db, "SELECT type, name, sql FROM sqlite_master")) refuse("schema");
  if (!can_read(db, "SELECT tag FROM history")) refuse("table \"history\"");
  if (!can_read(db, "SELECT id, last_seq, deletions FROM rooms")) refuse("list of rooms");
  constexpr std::array<std::pair<const char*, const char*>, 5> ends{{{"accounts", "id"},
                                                                     {"invites", "id"},
                                                                     {"outside_changes", "id"},
                                                                     {"messages", "rowid"},
                                                                     {"messages", "room, seq"}}};
  for (const auto& [table, order] : ends) {
    const auto ordered = fmt::format("SELECT {1} FROM {0} ORDER BY {1}", table, order);
    auto backwards = ordered + " DESC LIMIT 1";
    if (const auto comma = backwards.rfind("room, seq DESC"); comma != std::string::npos)
      backwards.replace(comma, 14, "room DESC, seq DESC");
    // If one end is readable, the rest can be read around the damage.
    if (!can_read(db, ordered + " LIMIT 1") && !can_read(db, backwards))
      refuse(fmt::format("table \"{}\"", table));
  }
}

std::size_t verify_database(const std::filesystem::path& file,
                            const std::function<void(const std::string&)>& report) {
  try {
    SQLite::Database db(file.string(), SQLite::OPEN_READONLY, busy_ms_max);
    Verifying work{db, report};
    work.for_each_row(fmt::format("PRAGMA integrity_check({})", integrity_lines_max),
                      [&](SQLite::Statement& row) {
                        const auto line = row.getColumn(0).getString();
                        if (line != "ok") work.found(line);
                      });
    work.for_each_row("PRAGMA foreign_key_check", [&](SQLite::Statement& row) {
      work.found(fmt::format("table {}, row {}: what it refers to in {} is missing",
                             row.getColumn(0).getString(), row.getColumn(1).getString(),
                             row.getColumn(2).getString()));
    });
    for (const auto& room : work.rooms()) work.read_room(room);
    return work.findings;
  } catch (const SQLite::Exception& e) {
    throw std::runtime_error(fmt::format("the database {} cannot be read: {}. Restore a backup",
                                         file.string(), e.what()));
  }
}

}  // namespace colo
