// The machine's clock is set, by two days: nobody is signed out early or kept late.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startColo, temporaryFolder, usualConfig } from "../harness/colo.mjs";
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
async function startColoWithClock(t) {
  const file = join(await temporaryFolder(t), "clock");
  const set = (offset) => writeFile(file, offset);
  await set("+0");
  const env = {
    LD_PRELOAD: libfaketime(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  const colo = await startColo(t, { config, env });
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
