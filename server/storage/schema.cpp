#include "storage/schema.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace colo {
namespace {

// Never edit a released migration: add another.
//
// In messages the drawing was the last column, so that the columns before it are read without it;
// later columns follow it. A deleted message keeps an emptied row for a while: its client_id stays
// known, and clients can be notified (sqlite_retention.hpp).
constexpr std::array migrations = {
    R"sql(
CREATE TABLE accounts (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT NOT NULL,
  name_key      TEXT NOT NULL UNIQUE,
  look          TEXT NOT NULL UNIQUE,
  folded_look   TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  admin         INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL  -- ms since 1970
) STRICT;

CREATE TABLE rooms (
  id       TEXT NOT NULL PRIMARY KEY,
  last_seq INTEGER NOT NULL  -- including removed messages: no seq is assigned twice
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
  room      TEXT NOT NULL REFERENCES rooms (id),
  seq       INTEGER NOT NULL,
  author    INTEGER NOT NULL REFERENCES accounts (id),
  client_id BLOB NOT NULL,     -- 16 bytes
  sent_at   INTEGER NOT NULL,  -- ms since 1970
  remix_of  INTEGER NOT NULL,  -- 0: none
  deleted   INTEGER NOT NULL DEFAULT 0,
  caption   TEXT NOT NULL,
  drawing   BLOB NOT NULL,
  PRIMARY KEY (room, seq),
  UNIQUE (author, client_id)
) STRICT;

CREATE INDEX messages_by_age ON messages (room, sent_at);
)sql",
    // Each room counts its deletions, so that a client can request those it missed. Earlier
    // deletions are not counted. A remix stores the author of its original, which may be removed.
    R"sql(
ALTER TABLE rooms ADD COLUMN deletions INTEGER NOT NULL DEFAULT 0;

ALTER TABLE messages ADD COLUMN deletion INTEGER;  -- 1, 2, 3 … per room; NULL: not deleted
ALTER TABLE messages ADD COLUMN remix_author INTEGER REFERENCES accounts (id);

UPDATE messages SET remix_author =
  (SELECT o.author FROM messages o WHERE o.room = messages.room AND o.seq = messages.remix_of)
WHERE remix_of > 0;

CREATE INDEX messages_by_deletion ON messages (room, deletion, seq)
WHERE deletion IS NOT NULL;
)sql",
    // A removed account becomes a tombstone without name or password, which its messages refer to.
    // Of an invite's code only a hash is stored.
    R"sql(
ALTER TABLE accounts ADD COLUMN password_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN erasing INTEGER NOT NULL DEFAULT 0;  -- drawings still to be erased

CREATE INDEX messages_by_author ON messages (author, room, seq) WHERE NOT deleted;

CREATE TABLE invites (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  code_hash  BLOB NOT NULL UNIQUE,  -- SHA-256
  note       TEXT NOT NULL,
  uses       INTEGER NOT NULL DEFAULT 0,
  uses_max   INTEGER NOT NULL,
  made_by    INTEGER NOT NULL REFERENCES accounts (id),
  made_at    INTEGER NOT NULL,  -- ms since 1970, as the next two
  expires_at INTEGER NOT NULL,
  used_at    INTEGER            -- last; NULL: never
) STRICT;

-- Accounts that another process changed, for a running server to read.
CREATE TABLE outside_changes (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts (id)
) STRICT;
)sql",
    // Messages age by the log's own clock (log_clock.hpp), not by sent_at. It starts at the newest
    // message's sent_at. The messages before get marks: in the order of seq, ascending in time,
    // none later than the newest, none before 2020, one per hour. An index of visible messages
    // avoids scanning deleted ones. Messages deleted under the first version have no deletion
    // number to notify clients with, so their rows are removed. Invites end with the account that
    // created them.
    R"sql(
DROP INDEX messages_by_age;
CREATE INDEX messages_living ON messages (room, seq) WHERE NOT deleted;
CREATE INDEX accounts_admin ON accounts (id) WHERE admin;
CREATE INDEX accounts_erasing ON accounts (id) WHERE erasing;

-- One row; none before the first reading of a new server.
CREATE TABLE log_clock (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  time        INTEGER NOT NULL,  -- ms, as the next four
  wall_ahead  INTEGER NOT NULL,
  agreed      INTEGER NOT NULL,
  doubt_ahead INTEGER,           -- NULL: the wall clock is accepted
  doubt_ran   INTEGER
) STRICT;

CREATE TABLE marks (
  room      TEXT NOT NULL REFERENCES rooms (id),
  time      INTEGER NOT NULL,  -- of log_clock
  seq       INTEGER NOT NULL,  -- the last assigned by then
  deletions INTEGER NOT NULL   -- their number by then
) STRICT;
CREATE INDEX marks_by_time ON marks (room, time, seq, deletions);

INSERT INTO log_clock (id, time, wall_ahead, agreed)
SELECT 1, iif(now < 1577836800000, newest, min(now, newest)), 0, 0
FROM (SELECT unixepoch() * 1000 AS now,
             (SELECT max(m.sent_at) FROM messages m
              JOIN (SELECT room, max(seq) AS seq FROM messages WHERE sent_at >= 1577836800000
                    GROUP BY room) USING (room, seq)) AS newest)
WHERE newest IS NOT NULL;
UPDATE log_clock SET agreed = time;

INSERT INTO marks (room, time, seq, deletions)
SELECT room, max(time), max(seq), 0
FROM (SELECT room, seq, min((SELECT time FROM log_clock),
                            max(sent_at) OVER (PARTITION BY room ORDER BY seq)) AS time
      FROM messages WHERE sent_at >= 1577836800000)
GROUP BY room, time / 3600000;

DELETE FROM messages WHERE deleted AND deletion IS NULL;

ALTER TABLE invites ADD COLUMN ended INTEGER;  -- of log_clock; NULL: it works
DELETE FROM invites WHERE made_by IN (SELECT id FROM accounts WHERE gone);
)sql",
    // Distinguishes a restored copy from the database that clients have seen. The tag holds a
    // random epoch and the number of commits (storage/history.hpp).
    R"sql(
CREATE TABLE history (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  tag      TEXT NOT NULL,
  restored INTEGER NOT NULL DEFAULT 0  -- whether that was ever detected
) STRICT;

INSERT INTO history (id, tag) VALUES (1,
  printf('colo-history %016x %016x', abs(random() % 9007199254740991) + 1, 0));

ALTER TABLE rooms ADD COLUMN restored_at INTEGER;  -- last_seq when it was last detected
)sql",
};

int pragma(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt();
}

void refuse_foreign_database(SQLite::Database& db) {
  const bool empty = db.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  if (!empty && pragma(db, "application_id") != application_id) {
    throw std::runtime_error("it is the database of another program");
  }
  const int version = pragma(db, "user_version");
  if (version > schema_version()) {
    throw std::runtime_error("it was written by a newer Colo (schema " + std::to_string(version) +
                             ", this one knows up to " + std::to_string(schema_version()) +
                             "): run that version, or name another data folder");
  }
}

}  // namespace

int schema_version() {
  return static_cast<int>(migrations.size());
}

void bring_up_to_date(SQLite::Database& db, int upto) {
  refuse_foreign_database(db);
  for (int version = pragma(db, "user_version"); version < upto; ++version) {
    SQLite::Transaction step(db, SQLite::TransactionBehavior::IMMEDIATE);
    // Another process (`colo admin` beside a server) may have migrated meanwhile.
    if (pragma(db, "user_version") > version) continue;
    db.exec("PRAGMA application_id = " + std::to_string(application_id));
    db.exec(migrations.at(static_cast<std::size_t>(version)));
    db.exec("PRAGMA user_version = " + std::to_string(version + 1));
    step.commit();
  }
}

}  // namespace colo
