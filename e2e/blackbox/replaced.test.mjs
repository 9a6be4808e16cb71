// A database that is removed, replaced, emptied or rolled back, running or not.
import assert from "node:assert/strict";
import { copyFile, cp, mkdir, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runColo, startColo, temporaryFolder } from "../harness/colo.mjs";
import { newPhoneIn, request } from "../harness/phone.mjs";

const room = "main-chat";
const seqsOf = (messages) => messages.map((m) => m.seq);

async function startIn(t, folder) {
  await mkdir(folder, { recursive: true });
  return startColo(t, { data: folder });
}

/** The database of another server, in which `count` drawings were made. */
async function otherDatabase(t, count = 2) {
  const colo = await startColo(t, { data: await temporaryFolder(t) });
  const phone = await newPhoneIn(t, colo, room);
  for (let i = 0; i < count; ++i) await phone.draw(room);
  await colo.stop();
  return join(colo.data, "colo.db");
}

async function signInAgain(phone) {
  await phone.login();
  await phone.connect();
}

async function readiness(colo) {
  const { status, json } = await request(colo.url, { path: "/readyz" });
  return { code: status, ...json };
}

/** What the server has logged that matches, as often as it did. */
const logged = (colo, pattern) => colo.output().match(new RegExp(pattern, "g"))?.length ?? 0;

const harms = {
  "its folder removed": (data) => rm(data, { recursive: true }),
  "its folder moved": (data) => rename(data, `${data}-away`),
  "its folder replaced by an empty one": async (data) => {
    await rename(data, `${data}-away`);
    await mkdir(data);
  },
  "another file moved over it": (data, other) => rename(other, join(data, "colo.db")),
  "another database copied into it": (data, other) => copyFile(other, join(data, "colo.db")),
  "an older copy of itself copied into it": (data, _, older) =>
    copyFile(older, join(data, "colo.db")),
  "its contents cut off": (data) => truncate(join(data, "colo.db"), 0),
  "its write-ahead log removed": (data) => rm(join(data, "colo.db-wal")),
};

for (const [harm, act] of Object.entries(harms)) {
  test(`nothing is acknowledged or shown by a server whose database had ${harm}`, async (t) => {
    const parent = await temporaryFolder(t);
    const data = join(parent, "data");
    const other = await otherDatabase(t);
    let colo = await startIn(t, data);
    let phone = await newPhoneIn(t, colo, room);
    await phone.draw(room);
    await colo.stop();
    const older = join(parent, "older.db");
    await copyFile(join(data, "colo.db"), older);
    colo = await startIn(t, data);
    phone = await newPhoneIn(t, colo, room);
    await phone.draw(room);
    assert.equal((await readiness(colo)).code, 200);

    await act(data, other, older);
    for (let i = 0; i < 3; ++i) await assert.rejects(phone.draw(room), /storage_failed/);
    await assert.rejects(phone.line.history(room, 3), /storage_failed/);
    const { code, status, problems } = await readiness(colo);
    assert.equal(code, 503);
    assert.equal(status, "problems");
    assert.ok(problems.length >= 1);
    for (const sentence of problems) assert.ok(!sentence.includes(parent), sentence);
    assert.equal((await request(colo.url, { path: "/healthz" })).status, 200);
    await colo.untilSaid(/storage: .*while the server runs/);
    assert.equal(logged(colo, "storage: .*while the server runs"), 1, colo.output());
    assert.equal((await colo.stop()).code, 0);
  });
}

test("a removed database is noticed when nobody draws", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const colo = await startIn(t, data);
  await rm(data, { recursive: true });
  await colo.untilSaid(/storage: .*colo\.db was removed/);
  assert.equal((await readiness(colo)).code, 503);
});

test("a folder that comes back is right again, and nothing acknowledged is lost", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const colo = await startIn(t, data);
  const phone = await newPhoneIn(t, colo, room);
  await phone.draw(room, { caption: "one" });
  await rename(data, `${data}-away`);
  await assert.rejects(phone.draw(room), /storage_failed/);
  await rename(`${data}-away`, data);
  await phone.draw(room, { caption: "two" });
  assert.equal((await readiness(colo)).code, 200);
  await colo.untilSaid(/the database is back/);
  assert.equal(logged(colo, "the database is back"), 1);
  await colo.restart();
  await signInAgain(phone);
  const captions = (await phone.join(room)).messages.map((m) => m.caption);
  assert.deepEqual(captions.slice(0, 1).concat(captions.slice(-1)), ["one", "two"]);
});

test("a database that was copied over the running one is whole after the stop", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const other = await otherDatabase(t, 3);
  const colo = await startIn(t, data);
  const phone = await newPhoneIn(t, colo, room);
  for (let i = 0; i < 5; ++i) await phone.draw(room);
  const file = join(data, "colo.db");
  await copyFile(other, file);
  await assert.rejects(phone.draw(room), /storage_failed/);
  await colo.stop();
  // The write-ahead log of the earlier one is not replayed into it.
  const refused = await runColo(["--host", "127.0.0.1", "--port", "0", "--data", data]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /^colo: [^\n]*colo\.db[^\n]*replaced[^\n]*colo\.db-wal[^\n]*\n$/);
  for (const suffix of ["-wal", "-shm"]) await rm(file + suffix, { force: true });
  await colo.start();
  const reader = await newPhoneIn(t, colo);
  const joined = await reader.join(room);
  assert.deepEqual(seqsOf(joined.messages), [1, 2, 3]);
  assert.match((await runColo(["verify", "--data", data])).out, /is whole/);
});

for (const [what, act] of Object.entries({
  emptied: (file) => truncate(file, 0),
  removed: (file) => rm(file),
})) {
  for (const ended of ["a crash", "a stop"]) {
    test(`a database that was ${what} after ${ended} is missed at the start`, async (t) => {
      const data = join(await temporaryFolder(t), "data");
      const colo = await startIn(t, data);
      const phone = await newPhoneIn(t, colo, room);
      await phone.draw(room);
      if (ended === "a crash") await colo.kill();
      else await colo.stop();
      const file = join(data, "colo.db");
      await act(file);
      const start = ["--host", "127.0.0.1", "--port", "0", "--data", data];
      const commands = [
        start,
        ["admin", "create", "bob", "--data", data],
        ["verify", "--data", data],
      ];
      for (const command of commands) {
        const { code, err } = await runColo(command, "a good password\n");
        assert.equal(code, 1);
        assert.match(err, /^colo: [^\n]*colo\.db [^\n]*(empty|missing)[^\n]*colo\.[^\n]*\n$/, err);
        assert.match(err, /restore a backup/i);
      }
      // Also where only the write-ahead log tells of it.
      if (ended === "a stop") return;
      await rm(join(data, "colo.lock"));
      await rm(join(data, "colo.db-mark"));
      const { code, err } = await runColo(start);
      assert.equal(code, 1);
      assert.match(err, /^colo: [^\n]*colo\.db[^\n]*colo\.db-wal[^\n]*\n$/, err);
    });
  }
}

test("a new folder starts, also one where the first start had failed", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  await mkdir(data);
  await writeFile(join(data, "colo.lock"), "");
  await writeFile(join(data, "colo.db"), "");
  const colo = await startIn(t, data);
  const phone = await newPhoneIn(t, colo, room);
  assert.equal((await phone.draw(room)).seq, 1);
});

async function drawnAndStopped(t, data, count) {
  const colo = await startIn(t, data);
  const phone = await newPhoneIn(t, colo, room);
  for (let i = 0; i < count; ++i) await phone.draw(room);
  const { epoch } = await phone.join(room);
  await colo.stop();
  return { colo, phone, epoch };
}

const restores = {
  "in place": async (data, backup) => copyFile(backup, join(data, "colo.db")),
  "as another file": async (data, backup) => {
    await rm(join(data, "colo.db"));
    await copyFile(backup, join(data, "colo.db"));
  },
  "into an emptied folder": async (data, backup) => {
    for (const name of ["colo.db", "colo.db-mark", "colo.lock"]) await rm(join(data, name));
    await copyFile(backup, join(data, "colo.db"));
  },
};

for (const [how, restore] of Object.entries(restores)) {
  test(`phones are told of a backup that was restored ${how}`, async (t) => {
    const parent = await temporaryFolder(t);
    const data = join(parent, "data");
    const { colo, phone, epoch } = await drawnAndStopped(t, data, 5);
    const backup = join(parent, "backup.db");
    await copyFile(join(data, "colo.db"), backup);
    await colo.start();
    await signInAgain(phone);
    assert.equal((await phone.join(room, { afterSeq: 5, epoch })).reset, false);
    for (let i = 0; i < 5; ++i) await phone.draw(room);
    await colo.stop();

    await restore(data, backup);
    await colo.start();
    await colo.untilSaid(/Saved rooms begin a new history/);
    const others = await newPhoneIn(t, colo, room);
    for (let i = 0; i < 7; ++i) assert.equal((await others.draw(room)).seq, 6 + i);
    await signInAgain(phone);
    const told = await phone.join(room, { afterSeq: 10, epoch });
    assert.equal(told.reset, true);
    assert.equal(told.messages.length, 12);
    assert.notEqual(told.epoch, epoch);
    const again = await phone.join(room, { afterSeq: 12, epoch: told.epoch });
    assert.equal(again.reset, false);

    // A bot that never read the epoch: once, when its connection enters.
    await signInAgain(phone);
    assert.equal((await phone.join(room, { afterSeq: 10 })).reset, true);
    assert.equal((await phone.join(room, { afterSeq: 10 })).reset, false);
    await signInAgain(phone);
    assert.equal((await phone.join(room, { afterSeq: 5 })).reset, false);
  });
}

test("a restored copy of the whole folder is told, too", async (t) => {
  const parent = await temporaryFolder(t);
  const data = join(parent, "data");
  const { colo, phone, epoch } = await drawnAndStopped(t, data, 5);
  await cp(data, join(parent, "backup"), { recursive: true, preserveTimestamps: true });
  await colo.start();
  await signInAgain(phone);
  await phone.join(room);
  for (let i = 0; i < 5; ++i) await phone.draw(room);
  await colo.stop();
  await cp(join(parent, "backup"), data, { recursive: true, preserveTimestamps: true });
  await colo.start();
  await signInAgain(phone);
  assert.equal((await phone.join(room, { afterSeq: 4, epoch })).reset, true);
});

test("the history goes on after a stop, a crash, an admin's command and a move", async (t) => {
  const data = join(await temporaryFolder(t), "data");
  const { colo, phone, epoch } = await drawnAndStopped(t, data, 3);
  const goesOn = async () => {
    await colo.start();
    await signInAgain(phone);
    const joined = await phone.join(room, { afterSeq: 2, epoch });
    assert.equal(joined.reset, false, colo.output());
    assert.equal(joined.epoch, epoch);
    await phone.draw(room);
  };
  await goesOn();
  await colo.kill();
  await goesOn();
  await colo.stop();
  const reset = await runColo(
    ["admin", "reset-password", phone.name, "--data", data],
    phone.password,
  );
  assert.equal(reset.code, 0, reset.err);
  await goesOn();
  await runColo(["admin", "reset-password", phone.name, "--data", data], phone.password);
  await colo.kill();
  await goesOn();
  await colo.stop();
  await rename(data, `${data}-moved`);
  await rename(`${data}-moved`, data);
  await goesOn();
  assert.equal(logged(colo, "new history"), 0);
});

test("a write-ahead log is not replayed into a copy that was laid beside it after a crash", async (t) => {
  const parent = await temporaryFolder(t);
  const data = join(parent, "data");
  const { colo, phone } = await drawnAndStopped(t, data, 5);
  const file = join(data, "colo.db");
  const backup = join(parent, "backup.db");
  await copyFile(file, backup);
  await colo.start();
  await signInAgain(phone);
  await phone.join(room);
  await phone.draw(room);
  await colo.restart(); // what was drawn is in the file itself
  await signInAgain(phone);
  await phone.join(room);
  await phone.draw(room);
  await colo.kill();
  assert.ok((await stat(`${file}-wal`)).size > 0);
  await copyFile(backup, file);
  const { code, err } = await runColo(["--host", "127.0.0.1", "--port", "0", "--data", data]);
  assert.equal(code, 1);
  assert.match(err, /^colo: [^\n]*replaced[^\n]*colo\.db-wal[^\n]*move[^\n]*\n$/);
});
