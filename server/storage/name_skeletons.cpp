#include "storage/name_skeletons.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <vector>

#include "domain/names.hpp"
#include "runtime/log.hpp"
#include "storage/sqlite_query.hpp"

namespace colo {
namespace {

constexpr const char* table = R"sql(
CREATE TABLE IF NOT EXISTS name_looks (
  account     INTEGER PRIMARY KEY REFERENCES accounts (id),
  look        TEXT NOT NULL,
  folded_look TEXT NOT NULL,
  rules       TEXT NOT NULL  -- name_rules() at that time
) STRICT;
CREATE INDEX IF NOT EXISTS name_looks_by_look ON name_looks (look);
CREATE INDEX IF NOT EXISTS name_looks_by_folded_look ON name_looks (folded_look);
)sql";

struct Person {
  std::int64_t account;
  std::string name;
};

// Rows are also missing when an older Colo, which does not know the table, has created accounts.
std::vector<Person> people_without_skeletons(SQLite::Database& db) {
  std::vector<Person> people;
  SQLite::Statement missing(db,
                            "SELECT id, name FROM accounts WHERE NOT gone AND id NOT IN "
                            "(SELECT account FROM name_looks)");
  SqliteQuery rows(missing);
  while (rows.next()) people.push_back({rows.number(0), rows.bytes(1)});
  return people;
}

void fill(SQLite::Database& db) {
  SQLite::Transaction step(db, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement remove(db,
                           "DELETE FROM name_looks WHERE rules <> ? OR account IN "
                           "(SELECT id FROM accounts WHERE gone)");
  SqliteQuery(remove).with(name_rules()).run();
  SQLite::Statement add(
      db, "INSERT INTO name_looks (account, look, folded_look, rules) VALUES (?, ?, ?, ?)");
  for (const auto& person : people_without_skeletons(db)) {
    const auto name = parse_name(person.name);
    if (!name) {
      log::warn(
          "storage: the name of account {} is no longer valid and is not compared with new names: "
          "{}",
          person.account, name.error().detail);
      continue;
    }
    SqliteQuery row(add);
    row.with(person.account).with(name->loose_skeleton).with(name->loose_folded_skeleton);
    row.with(name_rules()).run();
  }
  step.commit();
}

}  // namespace

void update_name_skeletons(SQLite::Database& db) {
  db.exec(table);
  try {
    fill(db);
  } catch (const SQLite::Exception& e) {
    log::error("storage: new names are not compared with all existing ones: {}", e.what());
  }
}

}  // namespace colo
