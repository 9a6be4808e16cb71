// 500 guesses a second from 200 addresses, for a minute: other people sign in, the
// one whose password is guessed at, too, and the server's memory stays as it is.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startColo } from "../harness/colo.mjs";
import { newPhone } from "../harness/phone.mjs";
import { request } from "../harness/requests.mjs";

// The limits are those of a server without a file.
const colo = await startColo({ after }, { config: null });
const minute_ms = 60_000;
const queue = 32;
/** Whoever attacks takes half of this machine's time as well. */
const slack = 4;

async function startGuessers(t, ...victim) {
  const program = fileURLToPath(new URL("guessers.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, colo.url, ...victim], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill());
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  const ended = new Promise((tell) => child.once("close", tell));
  return {
    async stop() {
      child.stdin.end();
      await ended;
      return JSON.parse(out);
    },
  };
}

let people = 0;
/**
 * Signs in from an address that nobody came from before, and tries again when asked to.
 * @returns {Promise<{ms: number, replies: number[]}>} how long it took in all, and each reply
 */
async function signIn({ name, password }) {
  people += 1;
  const localAddress = `127.7.${people >> 8}.${people & 255}`;
  const body = JSON.stringify({ username: name, password });
  const began = performance.now();
  const replies = [];
  for (;;) {
    const asked = performance.now();
    const reply = await request(colo.url, {
      method: "POST",
      path: "/api/login",
      localAddress,
      ms: 60_000,
      headers: {
        Origin: colo.url,
        "Content-Type": "application/json",
        "Content-Length": String(body.length),
      },
      body,
    });
    replies.push(performance.now() - asked);
    if (reply.status === 200) return { ms: performance.now() - began, replies };
    assert.equal(reply.status, 503, reply.text);
    await pause(1000 * Number(reply.headers["retry-after"]));
  }
}

const quantile = (times, q) => times.toSorted((a, b) => a - b)[Math.ceil(times.length * q) - 1];

async function residentKb() {
  const status = await readFile(`/proc/${colo.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]);
}

test("a minute of guessing keeps nobody out, and costs no memory", {
  timeout: 180_000,
}, async (t) => {
  const victim = await newPhone(t, colo);
  const others = await Promise.all(Array.from({ length: 8 }, () => newPhone(t, colo)));
  const calm = [];
  for (let i = 0; i < 20; ++i) calm.push((await signIn(others[i % others.length])).ms);
  const hash_ms = quantile(calm, 0.5);

  const guessers = await startGuessers(t, victim.name);
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const times = [];
  const replies = [];
  const victims = [];
  const memory = [];
  const signing = [];
  for (let i = 0; elapsed() < minute_ms; ++i) {
    const other = signIn(others[i % others.length]);
    signing.push(
      other.then((one) => {
        times.push(one.ms);
        replies.push(...one.replies);
      }),
    );
    if (i % 10 === 0) signing.push(signIn(victim).then(({ ms }) => victims.push(ms)));
    memory.push({ at: elapsed(), kb: await residentKb() });
    await pause(250);
  }
  const guessed = await guessers.stop();
  await Promise.all(signing);

  // What is hashed waits in a queue of 32 before two threads; nobody waits for longer.
  const bound_ms = (queue / 2 + 2) * hash_ms * slack;
  const p99 = quantile(replies, 0.99);
  const most = (from, to) =>
    Math.max(...memory.filter(({ at }) => at >= from && at < to).map(({ kb }) => kb));
  const grown = most(minute_ms * 0.75, minute_ms) - most(minute_ms * 0.25, minute_ms * 0.5);
  const inMs = (times) => [0.5, 0.99, 1].map((q) => quantile(times, q).toFixed(0)).join(", ");
  t.diagnostic(`guesses: ${JSON.stringify(guessed)}`);
  t.diagnostic(`a sign-in in peace: ${hash_ms.toFixed(0)} ms`);
  t.diagnostic(`under attack, p50, p99 and most: a reply ${inMs(replies)} ms (${replies.length});`);
  t.diagnostic(
    `others until they are in ${inMs(times)} ms (${times.length}); the attacked person ${inMs(victims)} ms`,
  );
  t.diagnostic(`memory grew by ${grown} kB of ${most(0, minute_ms)} kB`);
  assert.ok(guessed.asked / guessed.seconds > 400, "that was an attack");
  assert.equal(guessed[200], undefined);
  assert.ok(p99 < bound_ms, `${p99} ms, and the queue allows ${bound_ms} ms`);
  assert.ok(grown < 16 * 1024, `memory grew by ${grown} kB`);
});

test("a flood of new accounts keeps nobody out who has one", { timeout: 120_000 }, async (t) => {
  const others = await Promise.all(Array.from({ length: 8 }, () => newPhone(t, colo)));
  const floods = await startGuessers(t);
  const began = performance.now();
  const signing = [];
  for (let i = 0; performance.now() - began < 20_000; ++i) {
    signing.push(signIn(others[i % others.length]));
    await pause(500);
  }
  const flooded = await floods.stop();
  const times = await Promise.all(signing);

  const atOnce = times.filter(({ replies }) => replies.length === 1).length;
  const all = times.map(({ ms }) => ms);
  t.diagnostic(`new accounts: ${JSON.stringify(flooded)}`);
  t.diagnostic(
    `${atOnce} of ${times.length} got in at the first try, all within ${quantile(all, 1).toFixed(0)} ms`,
  );
  assert.ok(flooded.asked / flooded.seconds > 400, "that was a flood");
  assert.ok(flooded[503] > 100, "more than can be hashed");
  assert.ok(atOnce > times.length / 2, `${atOnce} of ${times.length} at the first try`);
});
