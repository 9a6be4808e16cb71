// What a crash leaves behind: nothing, and least of all the key of all tokens.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startColo, temporaryFolder } from "../harness/colo.mjs";
import { newName, newPhoneIn } from "../harness/phone.mjs";

const run = promisify(execFile);
/** As much of a core as whoever runs this may ask for. */
const allCores = ["bash", "-c", 'ulimit -S -c "$(ulimit -H -c)" && exec "$@"', "bash"];

test("a crash leaves no core dump, whatever the shell allows", async (t) => {
  const cwd = await temporaryFolder(t);
  const colo = await startColo(t, { under: allCores, cwd });
  await newPhoneIn(t, colo, "main-chat");
  const limits = await readFile(`/proc/${colo.pid}/limits`, "utf8");
  assert.match(limits, /^Max core file size +0 +0 /m);
  assert.equal((await colo.kill("SIGABRT")).signal, "SIGABRT");
  assert.deepEqual(await readdir(cwd), []);
});

const keyBytes = 32;

/** Says of 32 bytes whether they are the key that signed `token`. */
function lockOf(token) {
  const dot = token.lastIndexOf(".");
  const signature = Buffer.from(token.slice(dot + 1), "base64url");
  return (bytes) =>
    createHmac("sha256", bytes).update(token.slice(0, dot)).digest().equals(signature);
}

/** Of 32 random bytes at least 20 differ, but for one key in 10^11; of most memory, fewer do. */
const seen = new Int32Array(256);
let look = 0;
function couldBeRandom(bytes, at) {
  look += 1;
  let different = 0;
  for (let i = at; i < at + keyBytes; ++i) {
    if (seen[bytes[i]] === look) continue;
    seen[bytes[i]] = look;
    different += 1;
  }
  return different >= 20;
}

/** Calls see(bytes) with all of a file, in slices that overlap. */
async function readSlices(path, see) {
  const overlap = 1024;
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(8 * 1024 * 1024);
    for (let at = 0; ; at += buffer.length - overlap) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      see(buffer.subarray(0, bytesRead));
      if (bytesRead < buffer.length) return;
    }
  } finally {
    await file.close();
  }
}

function countKeys(bytes, opens) {
  let found = 0;
  for (let at = 0; at + keyBytes <= bytes.length; at += 8)
    if (couldBeRandom(bytes, at) && opens(bytes.subarray(at, at + keyBytes))) found += 1;
  return found;
}

test("a key that lies about in a file would be found", () => {
  const bytes = Buffer.alloc(1024);
  for (let i = 0; i < keyBytes; ++i) bytes[512 + i] = 7 * i;
  const claims = "e30.e30";
  const key = bytes.subarray(512, 512 + keyBytes);
  const token = `${claims}.${createHmac("sha256", key).update(claims).digest("base64url")}`;
  assert.equal(countKeys(bytes, lockOf(token)), 1);
});

test("a dump that root takes of the running server is without the key", async (t) => {
  const folder = await temporaryFolder(t);
  const colo = await startColo(t);
  const phone = await newPhoneIn(t, colo, "main-chat");
  for (let i = 0; i < 50; ++i) await phone.me();
  const caption = newName("seen");
  await phone.draw("main-chat", { caption });
  const dump = join(folder, "dump");
  try {
    await run("gcore", ["-o", dump, String(colo.pid)], { timeout: 60_000 });
  } catch (error) {
    // Only where nobody may look into a process at all is there nothing to be seen.
    if (!/not permitted|ptrace/i.test(`${error.message} ${error.stderr}`)) throw error;
    t.skip("nobody may look into a process here");
    return;
  }
  const opens = lockOf(phone.token);
  const found = { keys: 0, captions: 0, passwords: 0 };
  await readSlices(`${dump}.${colo.pid}`, (bytes) => {
    found.keys += countKeys(bytes, opens);
    found.captions += Number(bytes.includes(caption));
    found.passwords += Number(bytes.includes(phone.password));
  });
  assert.ok(found.captions > 0, "the dump holds what is in memory");
  assert.equal(found.keys, 0);
});
