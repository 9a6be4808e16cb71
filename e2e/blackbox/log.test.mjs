// What the server writes: nobody has to read it, no library adds to it, and no flood fills it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readlinkSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startColo, temporaryFolder, usualConfig, within } from "../harness/colo.mjs";
import { Phone, request } from "../harness/phone.mjs";
import { startOnTerminal } from "../harness/terminal.mjs";

const stop_ms_max = 5000;
const ctrlS = "\x13";
const ctrlQ = "\x11";
const escapeCode = "\x1b";

async function assertServes(url) {
  for (const path of ["/healthz", "/"])
    assert.ok((await request(url, { path })).status < 500, `${path} is answered`);
}

test("a stopped terminal holds nobody up, and shows all when it goes on", async (t) => {
  const terminal = await startOnTerminal(t);
  terminal.type(ctrlS);
  const phone = new Phone(terminal);
  await phone.register();
  await assertServes(terminal.url);
  assert.doesNotMatch(terminal.shown, /registered/); // or the terminal was never stopped
  terminal.type(ctrlQ);
  await terminal.untilShown(new RegExp(`${phone.name} registered`));
});

test("the server ends in time while its terminal is stopped", async (t) => {
  const terminal = await startOnTerminal(t);
  terminal.type(ctrlS);
  await new Phone(terminal).register();
  const asked = performance.now();
  process.kill(terminal.pid, "SIGTERM");
  const { code } = await within(terminal.ended, "colo ended");
  assert.equal(code, 0);
  assert.ok(performance.now() - asked < stop_ms_max, `${performance.now() - asked} ms`);
});

/** A pipe with 4 KiB of place left, which is read only when the test does. */
async function nearlyFullPipe(t) {
  const path = join(await temporaryFolder(t), "pipe");
  execFileSync("mkfifo", [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const filling = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  t.after(() => closeSync(reading));
  const page = Buffer.alloc(4096, "x");
  for (let pages = 0; pages < 15; ++pages) assert.equal(writeSync(filling, page), page.length);
  closeSync(filling);
  return {
    path,
    read() {
      const buffer = Buffer.alloc(1 << 20);
      try {
        return buffer.toString("utf8", 0, readSync(reading, buffer));
      } catch (error) {
        if (error.code === "EAGAIN") return "";
        throw error;
      }
    },
  };
}

/** For startColo(): with standard output and error where the shell sends them. */
const redirected = (where) => ["sh", "-c", `exec "$0" "$@" ${where}`];

test("without a standard error no file becomes one", async (t) => {
  const colo = await startColo(t, { under: redirected("2>&-") });
  await new Phone(colo).register();
  assert.equal(readlinkSync(`/proc/${colo.pid}/fd/2`), "/dev/null");
});

test("escape codes go to terminals only, and not to those that do not want them", async (t) => {
  assert.ok((await startOnTerminal(t)).shown.includes(escapeCode));
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    const { shown } = await startOnTerminal(t, { env });
    assert.match(shown, /[█▀▄]{3}/);
    assert.ok(!shown.includes(escapeCode), JSON.stringify(env));
  }
  const colo = await startColo(t);
  await colo.untilSaid(/Ctrl-C/);
  assert.match(colo.output(), /[█▀▄]{3}/);
  assert.ok(!colo.output().includes(escapeCode));
});

// Protobuf's wire format: a field of bytes, of at most 127.
const field = (number, bytes) =>
  Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), Buffer.from(bytes)]);
const notUtf8 = Buffer.from([0xc3, 0x28, 0xff]);
const badHello = field(1, field(2, notUtf8)); // its client's name

const helloOfNobody = JSON.stringify({ hello: { ticket: "none", client: "a phone/1" } });

/** Sends `payload` as a first frame, `times` times on sockets of their own. */
async function sendFirst(phone, payload, times, protocol = "colo.v1") {
  const one = async () => {
    const line = await phone.dial({ protocol });
    line.socket.send(payload, { binary: protocol === "colo.v1" });
    return (await line.untilClosed()).code;
  };
  const codes = [];
  while (codes.length < times)
    codes.push(...(await Promise.all(Array.from({ length: Math.min(20, times) }, one))));
  return codes;
}

test("a pipe that nobody reads holds nobody up, and the server ends in time", async (t) => {
  const pipe = await nearlyFullPipe(t);
  const config = `[server]\nlog = "debug"\n${usualConfig}`;
  const colo = await startColo(t, { config, under: redirected(`2>'${pipe.path}'`) });
  const early = await new Phone(colo).register();
  await sendFirst(early, helloOfNobody, 200, "colo.v1.json"); // more lines than the pipe takes
  const late = await new Phone(colo).register();
  await late.login();
  await assertServes(colo.url);
  const { code, ms } = await colo.stop();
  assert.equal(code, 0);
  assert.ok(ms < stop_ms_max, `it took ${ms} ms`);
  const written = pipe.read();
  assert.ok(written.includes(`${early.name} registered`));
  assert.ok(!written.includes(late.name)); // or the pipe was never full
});

test("a library's reports are one line and a count", async (t) => {
  const colo = await startColo(t);
  const codes = await sendFirst(new Phone(colo), badHello, 300);
  assert.deepEqual([...new Set(codes)], [4400]);
  await colo.stop();
  const lines = colo.output().split("\n");
  assert.equal(lines.filter((line) => /invalid UTF-8/.test(line)).length, 1);
  const counts = lines.map((line) => /… and (\d+) more like it: protobuf/.exec(line)?.[1]);
  // Of 300, the first of each 10 s was written.
  const counted = counts.filter(Boolean).reduce((sum, count) => sum + Number(count), 0);
  assert.equal(counted, 299);
});

test('with log = "off" nothing is written, whatever strangers send', async (t) => {
  const config = `[server]\nlog = "off"\n${usualConfig}`;
  const colo = await startColo(t, { config, under: redirected("2>&1") });
  await colo.untilSaid(/Ctrl-C stops it\.\n/);
  const announced = colo.output();
  const phone = await new Phone(colo).register();
  const broken = [
    badHello,
    field(1, field(1, notUtf8)),
    field(2, field(1, notUtf8)),
    field(3, field(1, notUtf8)),
    field(4, Buffer.concat([field(1, notUtf8), field(4, notUtf8)])),
    field(1, Buffer.from([0xff, 0xff])),
    Buffer.from([0x0a, 0x7f]),
    Buffer.alloc(100, 0xff),
  ];
  for (const payload of broken) await sendFirst(phone, payload, 3);
  for (const text of ["{", "[]", '{"hello":{"client":"\\ud800"}}', '{"hello":{"x":1e999}}'])
    await sendFirst(phone, text, 3, "colo.v1.json");
  for (const body of [notUtf8, Buffer.from('{"username":"\xff"'), Buffer.alloc(1000, "[")])
    for (const path of ["/api/register", "/api/login"]) await phone.call("POST", path, { body });
  await phone.call("GET", "/api/me", { token: "not.a.token", key: "0123456789abcdef" });
  await colo.stop();
  assert.equal(
    colo.output(),
    `${announced}\nClosing. Phones will reconnect when Colo runs again.\n`,
  );
});

test("lines of one kind are counted when they come very often", async (t) => {
  const colo = await startColo(t, { config: `[server]\nlog = "debug"\n${usualConfig}` });
  await sendFirst(new Phone(colo), helloOfNobody, 300, "colo.v1.json");
  await colo.stop();
  const said = colo.output();
  const written = said.match(/Hello from a phone/g).length;
  const counts = [...said.matchAll(/… and (\d+) more like it: Hello from/g)];
  assert.equal(written + counts.reduce((sum, [, count]) => sum + Number(count), 0), 300);
  assert.ok(written >= 100 && written < 300, `${written} were written`);
});

// Root may lock as much as it likes, unless that right is taken away.
const withoutLockedMemory = [
  ...(process.getuid() === 0 ? ["setpriv", "--bounding-set", "-ipc_lock"] : []),
  ...["prlimit", "--memlock=0:0"],
];

test("a key that cannot be locked in memory is said once, with what to do", async (t) => {
  const warning = /could not be locked in memory/g;
  const usual = await startColo(t);
  const without = await startColo(t, { under: withoutLockedMemory });
  await without.untilSaid(/LimitMEMLOCK=/);
  assert.equal(without.output().match(warning)?.length, 1);
  await usual.stop();
  assert.doesNotMatch(usual.output(), warning);
});
