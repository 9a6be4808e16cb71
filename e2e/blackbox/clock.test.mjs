// The machine's clock is set: nobody is signed out early or kept late, and no drawing is removed
// for it.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { generousLimits, startColo, temporaryFolder, usualConfig } from "../harness/colo.mjs";
import { newKey, newPhone, newPhoneIn, Phone } from "../harness/phone.mjs";

const idle_ms = 4000;
const lifetime_ms = 9000;
const config = `[session]\nidle_timeout = "${idle_ms}ms"\nlifetime = "${lifetime_ms}ms"\n${usualConfig}`;
const days = 24 * 60 * 60 * 1000;

/** Debian's libfaketime, for programs with threads; its folder bears the machine's name. */
function libfaketime() {
  for (const folder of readdirSync("/usr/lib", { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const path = join("/usr/lib", folder.name, "faketime");
    try {
      if (readdirSync(path).includes("libfaketimeMT.so.1")) return join(path, "libfaketimeMT.so.1");
    } catch {
      // not here
    }
  }
  throw new Error("Debian's package faketime is not installed.");
}

/** A server whose clock can be set: `set("+2d")`. */
async function startColoWithClock(t, settings = config) {
  const file = join(await temporaryFolder(t), "clock");
  const set = (offset) => writeFile(file, offset);
  await set("+0");
  const env = {
    LD_PRELOAD: libfaketime(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  const colo = await startColo(t, { config: settings, env });
  return { colo, set };
}

/** What becomes of people over whose heads the clock is set. */
async function setTheClock(t, offset, shift_ms) {
  const { colo, set } = await startColoWithClock(t);
  const newcomer = await newPhone(t, colo);
  const began = performance.now();
  const idler = await newPhoneIn(t, colo, "main-chat");
  const worker = await newPhoneIn(t, colo, "main-chat");
  const acting = setInterval(() => worker.line.send({ active: {} }), 100);
  t.after(() => clearInterval(acting));

  await set(offset);
  const { sentAtMs } = await worker.draw("main-chat");
  assert.ok(Math.abs(sentAtMs - Date.now() - shift_ms) < 60_000, `the clock was set: ${sentAtMs}`);
  await worker.me(); // with a token of before
  const late = await new Phone(colo, newcomer).expect(200, "POST", "/api/login", {
    json: { username: newcomer.name, password: newcomer.password },
  });
  assert.match(late.headers["set-cookie"][0], new RegExp(`Max-Age=${lifetime_ms / 1000}(;|$)`));
  await newcomer.me();

  const idled = await idler.line.untilClosed();
  assert.deepEqual(idled, { code: 4401, reason: "idle" });
  assert.ok(performance.now() - began >= idle_ms, "not early");
  await worker.me();
  const expired = await worker.line.untilClosed();
  assert.deepEqual(expired, { code: 4401, reason: "expired" });
  assert.ok(performance.now() - began >= lifetime_ms, "not early");
  for (const gone of [idler, worker]) {
    const reply = await gone.call("GET", "/api/me", { key: newKey() });
    assert.equal(reply.status, 401);
    assert.equal(reply.json.code, "signed_out");
  }
}

test("the clock set two days ahead or back signs nobody out early and keeps nobody late", async (t) => {
  await Promise.all([setTheClock(t, "+2d", 2 * days), setTheClock(t, "-2d", -2 * days)]);
});

/** Waits until the pass of pruning at the start is over: a drawing is stored after it. */
async function seqsAfterStart(t, colo, last) {
  const reader = await newPhoneIn(t, colo);
  const { messages } = await reader.join("den");
  const seqs = messages.map((m) => m.seq).filter((seq) => seq <= last);
  // A second look: what the first pass removes it has removed by now.
  await reader.draw("den");
  const again = await reader.join("den");
  assert.deepEqual(
    again.messages.map((m) => m.seq).filter((seq) => seq <= last),
    seqs,
  );
  return seqs;
}

const den = (keep) => `${generousLimits}\n[[room]]\nid = "den"\nname = "Den"\nkeep = ${keep}\n`;

test("a start with the clock 40 days ahead removes nothing of what is kept for 30", async (t) => {
  const { colo, set } = await startColoWithClock(t, den('"30d"'));
  const phone = await newPhoneIn(t, colo, "den");
  for (let i = 0; i < 20; ++i) await phone.draw("den");
  await colo.stop();
  await set("+40d");
  await colo.start();
  assert.equal((await seqsAfterStart(t, colo, 20)).length, 20);
  await colo.untilSaid(/the machine's clock is \d+ hours ahead/);
  await colo.stop();
  await set("+0");
  await colo.start();
  assert.equal((await seqsAfterStart(t, colo, 20)).length, 20);
});

test("what was drawn before the clock was set stays", async (t) => {
  const { colo, set } = await startColoWithClock(t, den('"30d"'));
  await colo.stop();
  await set(`-${Math.floor(Date.now() / 1000) - 60}`); // 1970-01-01 00:01
  await colo.start();
  const phone = await newPhoneIn(t, colo, "den");
  const { sentAtMs } = await phone.draw("den");
  assert.ok(sentAtMs < days, `the clock was set: ${sentAtMs}`);
  await set("+0");
  await phone.draw("den");
  await colo.restart();
  assert.deepEqual(await seqsAfterStart(t, colo, 2), [1, 2]);
});

test("of a number to be kept only what can be seen counts, and what goes is said", async (t) => {
  const colo = await startColo(t, { config: den(5) });
  const phone = await newPhoneIn(t, colo, "den");
  for (let i = 0; i < 10; ++i) await phone.draw("den");
  for (let seq = 6; seq <= 10; ++seq) {
    phone.line.send({ delete: { room: "den", seq } });
    await phone.until((f) => f.deleted?.seq === seq);
  }
  await colo.restart();
  assert.deepEqual(await seqsAfterStart(t, colo, 10), [1, 2, 3, 4, 5]);
  await colo.restart(); // with one drawing more
  await colo.untilSaid(/room den: 1 drawings beyond its `keep` were removed, up to 1/);
});
