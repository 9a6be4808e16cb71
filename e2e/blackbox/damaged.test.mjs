// Damage to the database: what can be read is read, what is damaged is left out and told.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { runColo, startColo, temporaryFolder } from "../harness/colo.mjs";
import { newPhoneIn, request } from "../harness/phone.mjs";

const run = promisify(execFile);
const room = "main-chat";
const pageBytes = 4096;
const captionOf = (seq) => `caption number ${seq}.`;
const upTo = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** A stopped server with `count` drawings in its room, one of whose people is `phone`. */
async function drawnAndStopped(t, count) {
  const colo = await startColo(t, { data: await temporaryFolder(t) });
  const phone = await newPhoneIn(t, colo, room);
  for (let seq = 1; seq <= count; ++seq) phone.line.post(room, { caption: captionOf(seq) });
  await phone.until((f) => f.accepted?.seq === count);
  await colo.stop();
  return { colo, phone, file: join(colo.data, "colo.db") };
}

/** Changes the bytes of the file. */
async function damage(file, change) {
  const bytes = await readFile(file);
  const told = change(bytes);
  await writeFile(file, bytes);
  return told;
}

/** Zeroes the page that holds the message; gives the seqs of all it held. */
function zeroPageOf(bytes, seq, count) {
  const at = bytes.indexOf(captionOf(seq));
  assert.ok(at > 0);
  const begin = at - (at % pageBytes);
  const page = bytes.subarray(begin, begin + pageBytes);
  const held = upTo(1, count).filter((one) => page.includes(captionOf(one)));
  page.fill(0);
  return held;
}

async function rootPage(file, name) {
  const sql = `SELECT rootpage FROM sqlite_master WHERE name = '${name}'`;
  return Number((await run("sqlite3", ["-readonly", file, sql])).stdout);
}

async function signInAgain(phone) {
  await phone.login();
  await phone.connect();
}

/** All that can be scrolled to, oldest first. */
async function wholeRoom(phone) {
  let { messages, more } = await phone.join(room);
  for (let pages = 0; more; ++pages) {
    assert.ok(pages < 100, "it ends");
    const page = await phone.line.history(room, messages[0].seq);
    assert.ok(page.messages.length > 0, "a page that has more is not empty");
    messages = [...page.messages, ...messages];
    more = page.more;
  }
  return messages.map((m) => m.seq);
}

const without = (count, lost) => upTo(1, count).filter((seq) => !lost.includes(seq));
const logged = (colo, pattern) => colo.output().match(new RegExp(pattern, "g"))?.length ?? 0;

for (const [where, seq] of [
  ["the newest message", 300],
  ["one in the middle", 150],
  ["the first", 1],
]) {
  test(`a destroyed page with ${where} closes no room`, async (t) => {
    const { colo, phone, file } = await drawnAndStopped(t, 300);
    const lost = await damage(file, (bytes) => zeroPageOf(bytes, seq, 300));
    assert.ok(lost.includes(seq) && lost.length < 100);
    await colo.start();
    await signInAgain(phone);
    for (let i = 0; i < 3; ++i) assert.deepEqual(await wholeRoom(phone), without(300, lost));
    // Coming back, too.
    const seen = [];
    let joined;
    do {
      const afterSeq = seen.at(-1) ?? Math.max(1, lost[0] - 3);
      joined = await phone.join(room, { afterSeq });
      seen.push(...joined.messages.map((m) => m.seq));
    } while (joined.more);
    const begun = Math.max(1, lost[0] - 3);
    assert.deepEqual(
      seen,
      without(300, lost).filter((one) => one > begun),
    );

    await colo.untilSaid(new RegExp(`room ${room}: message`));
    assert.equal(logged(colo, `room ${room}: message`), 1, colo.output());
    const { status, json } = await request(colo.url, { path: "/readyz" });
    assert.equal(status, 503);
    assert.ok(json.problems.some((one) => one.includes(room)));
    // New messages are written behind the newest; all others can be.
    if (seq === 300) await assert.rejects(phone.draw(room), /storage_failed/);
    else assert.equal((await phone.draw(room)).seq, 301);
    const other = await newPhoneIn(t, colo, "scratch");
    await other.draw("scratch");
  });
}

// Pages are read by the one, and around damage by the other.
for (const index of ["messages_living", "sqlite_autoindex_messages_1"]) {
  test(`a destroyed page of ${index} leaves the rest of the room`, async (t) => {
    const count = 1200;
    const { colo, phone, file } = await drawnAndStopped(t, count);
    const root = await rootPage(file, index);
    await damage(file, (bytes) => {
      const page = bytes.subarray((root - 1) * pageBytes, root * pageBytes);
      assert.equal(page[0], 2, "the index has more than one page");
      const cell = page.readUInt16BE(12 + 2); // the second one's place
      const child = page.readUInt32BE(cell);
      bytes.fill(0, (child - 1) * pageBytes, child * pageBytes);
    });
    await colo.start();
    await signInAgain(phone);
    const found = await wholeRoom(phone);
    assert.ok(found.length > count - 400, `${found.length}`);
    assert.equal(found[0], 1);
    assert.equal(found.at(-1), count);
    assert.deepEqual(
      found,
      [...found].sort((a, b) => a - b),
    );
    assert.equal((await phone.draw(room)).seq, count + 1);
  });
}

test("a drawing with a flipped byte is left out, and nothing empty is sent", async (t) => {
  const { colo, phone, file } = await drawnAndStopped(t, 60);
  await damage(file, (bytes) => {
    // The drawing stands behind the caption; its first byte says what follows.
    const at = bytes.indexOf(captionOf(55)) + captionOf(55).length;
    assert.equal(bytes[at], 0x08);
    bytes[at] = 0x0f;
  });
  await colo.start();
  await signInAgain(phone);
  const joined = await phone.join(room);
  assert.deepEqual(
    joined.messages.map((m) => m.seq),
    upTo(11, 60).filter((seq) => seq !== 55),
  );
  assert.equal(joined.more, true);
  assert.deepEqual(await wholeRoom(phone), without(60, [55]));
  await colo.untilSaid(new RegExp(`room ${room}: message 55`));
  assert.equal(logged(colo, `room ${room}: message 55`), 1, colo.output());
  assert.equal((await phone.draw(room)).seq, 61);
});

async function refusalToStart(data) {
  const start = ["--host", "127.0.0.1", "--port", "0", "--data", data];
  const { code, err } = await runColo(start);
  assert.equal(code, 1);
  assert.match(err, /^colo: [^\n]+\n$/);
  return err;
}

for (const what of ["schema", "rooms", "history", "messages"]) {
  test(`a database whose ${what} is destroyed is refused with its name and a remedy`, async (t) => {
    const { colo, file } = await drawnAndStopped(t, 300);
    const page = what === "schema" ? 1 : await rootPage(file, what);
    await damage(file, (bytes) => bytes.fill(0, (page - 1) * pageBytes, page * pageBytes));
    const err = await refusalToStart(colo.data);
    assert.ok(err.includes(file), err);
    assert.match(err, /cannot be read|malformed|not a database/);
    assert.match(err, /[Rr]estore a backup.*colo verify/);
    const admin = ["admin", "reset-password", "bob", "--data", colo.data];
    assert.match(
      (await runColo(admin, "a good password\n")).err,
      /[Rr]estore a backup.*colo verify/,
    );
    assert.equal((await runColo(["verify", "--data", colo.data])).code, 1);
  });
}

test("verify lists what is damaged, and its remedy keeps the rest", async (t) => {
  const { colo, phone, file } = await drawnAndStopped(t, 300);
  const whole = await runColo(["verify", "--data", colo.data]);
  assert.equal(whole.code, 0, whole.out + whole.err);
  assert.match(whole.out, /colo\.db is whole/);

  const lost = await damage(file, (bytes) => {
    const at = bytes.indexOf(captionOf(20)) + captionOf(20).length;
    bytes[at] = 0x0f;
    return zeroPageOf(bytes, 150, 300);
  });
  await colo.start(); // beside a running server
  const { code, out } = await runColo(["verify", "--data", colo.data]);
  assert.equal(code, 1);
  for (const seq of [20, ...lost]) assert.match(out, new RegExp(`room ${room}, message ${seq}: `));
  assert.ok(!out.includes("message 21:"));
  await signInAgain(phone);
  assert.deepEqual(await wholeRoom(phone), without(300, [20, ...lost]));
  await colo.stop();

  const [, command] = /^ {2}(\(sqlite3 .* \| sqlite3 .*recovered\.db')$/m.exec(out);
  await run("sh", ["-c", command]);
  for (const suffix of ["-wal", "-shm"]) await rm(file + suffix, { force: true });
  await rename(join(colo.data, "recovered.db"), file);
  await colo.start();
  await signInAgain(phone);
  assert.deepEqual(await wholeRoom(phone), without(300, [20, ...lost]));
  assert.equal((await phone.draw(room)).seq, 301);
});

test("verify says what it needs", async (t) => {
  const nowhere = join(await temporaryFolder(t), "nowhere");
  const { code, err } = await runColo(["verify", "--data", nowhere]);
  assert.equal(code, 1);
  assert.match(err, /^colo: there is no data folder [^\n]*nowhere[^\n]*\n$/);
  const help = await runColo(["verify", "--help"]);
  assert.equal(help.code, 0);
  assert.match(help.out, /colo verify --data \/var\/lib\/colo/);
});
