/**
 * Measures what a flood costs people who do not take part: the latency in a quiet room, and the
 * server's memory. Each flood alternates with a measurement without one. Prints Markdown.
 *
 *   bench/floods [--repetitions N] [--seconds S] [--only none,chunked,json,history]
 */
import { execFileSync, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startColo } from "../e2e/harness/colo.mjs";
import { drawing, stroke } from "../e2e/harness/drawings.mjs";
import { Phone } from "../e2e/harness/phone.mjs";
import { median, quantile, short, spread, table } from "./figures.mjs";
import { machine } from "./machine.mjs";

const kinds = ["none", "chunked", "json", "history"];
const sockets = 20;
const ratio_max = 3;
const growth_max_mib = 64;
/** Of the server and the measuring clients, if permitted: the flood shares their cores. */
const priority = -15;

const config = `[server]
log = "off"
[limits]
drawings_per_minute = 1000000
registrations_per_hour = 1000000
sign_ins_per_minute = 1000000
[[room]]
id = "quiet"
name = "Quiet"
[[room]]
id = "busy"
name = "Busy"
`;

const log = (line) => process.stderr.write(`${line}\n`);

/** Whether this process may raise a priority. */
function mayRaisePriority() {
  try {
    execFileSync("nice", ["-n", String(priority), "true"], { stdio: ["ignore", "ignore", "pipe"] });
    return os.userInfo().uid === 0;
  } catch {
    return false;
  }
}

function rssMib(pid) {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(kib[1]) / 1024;
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Starts a script as a process. `result` is its first message; `ended` settles when it exits. */
function start(script, task) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { serialization: "json" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const result = new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${script} ended (${code}) without a result`)));
  });
  result.catch(() => {});
  child.send(task);
  return { child, result, ended };
}

/** What another process needs to open `count` sockets for this person. */
async function credentials(phone, count) {
  const tickets = [];
  for (let i = 0; i < count; ++i) tickets.push(await phone.ticket());
  return { tickets, token: phone.token };
}

async function fill(phone, room) {
  await phone.connect();
  await phone.join(room);
  const points = [1000, 700, ...Array.from({ length: 9000 }, (_, i) => (i % 4 < 2 ? 70 : -70))];
  const large = drawing({ strokes: [stroke({ points, pressure: [] })] });
  for (let i = 0; i < 60; ++i) await phone.draw(room, { drawing: large });
  phone.hangUp();
}

async function measure(kind, seconds, raised) {
  const ends = [];
  const context = { after: (end) => ends.unshift(end) };
  try {
    // Priority belongs to a thread, so the server must have it before it starts threads.
    const under = raised ? ["nice", "-n", String(priority)] : [];
    const colo = await startColo(context, { config, under });
    const [ana, ben, member, filler] = await Promise.all(
      Array.from({ length: 4 }, () => new Phone(colo).register()),
    );
    await fill(filler, "busy");
    const place = { url: colo.url, port: colo.port };
    const quiet = start("./server/quiet_room.mjs", {
      ...place,
      seconds,
      people: [await credentials(ana, 1), await credentials(ben, 1)],
    });
    if (raised) os.setPriority(quiet.child.pid, priority);
    const before = rssMib(colo.pid);
    const cpu = cpuSeconds(colo.pid);
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, rssMib(colo.pid));
    }, 100);
    const task = { ...place, kind, sockets, member: await credentials(member, sockets) };
    const flood = kind === "none" ? undefined : start("./server/flood.mjs", task);
    const { latencies_ms } = await quiet.result;
    clearInterval(watch);
    const used = cpuSeconds(colo.pid) - cpu;
    let sent = {};
    if (flood) {
      flood.child.send("stop");
      sent = await flood.result;
    }
    await Promise.all([quiet.ended, flood?.ended]);
    return { kind, raised, latencies_ms, growth: most - before, cores: used / seconds, sent };
  } finally {
    for (const end of ends) await end();
  }
}

function report(samples, options) {
  const of = (kind) => samples.filter((sample) => sample.kind === kind);
  const p99 = (sample) => quantile(sample.latencies_ms, 0.99);
  const rows = options.only.map((kind) => {
    const ratios = of(kind).map((sample, i) => p99(sample) / p99(of("none")[i]));
    const growth = of(kind).map((sample) => sample.growth);
    const met = median(ratios) <= ratio_max && Math.max(...growth) < growth_max_mib;
    return [
      kind,
      spread(of(kind).map((sample) => median(sample.latencies_ms))),
      spread(of(kind).map(p99)),
      spread(ratios),
      spread(growth),
      spread(of(kind).map((sample) => sample.cores)),
      kind === "none" ? "" : met ? "met" : "**not met**",
      Object.entries(of(kind).at(-1).sent)
        .map(([what, count]) => `${short(count)} ${what}`)
        .join(", "),
    ];
  });
  const head = ["flood", "p50, ms", "p99, ms", "p99 / none", "RSS grows by at most, MiB"];
  const lines = [
    `- ${options.repetitions} repetitions of ${options.seconds} s; each figure is their median, with the range in brackets`,
    `- ${samples[0].raised ? `the server and the measuring clients ran at nice ${priority}` : "everything ran at one priority"}; the flood in a process of its own on the same cores`,
    "",
    table([...head, "server, cores", "", "the flood sent, a second"], rows),
  ];
  return lines.join("\n");
}

const { values } = parseArgs({
  options: {
    repetitions: { type: "string", default: "3" },
    seconds: { type: "string", default: "15" },
    only: { type: "string", default: kinds.join(",") },
  },
});
const options = {
  repetitions: Number(values.repetitions),
  seconds: Number(values.seconds),
  only: [...new Set(["none", ...values.only.split(",")])],
};
if (options.only.some((kind) => !kinds.includes(kind))) throw new Error(`kinds: ${kinds}`);
const here = machine(`Node ${process.versions.node}`);
const raised = mayRaisePriority();
const samples = [];
for (let repetition = 0; repetition < options.repetitions; ++repetition)
  for (const kind of options.only) {
    samples.push(await measure(kind, options.seconds, raised));
    const { latencies_ms, growth } = samples.at(-1);
    log(
      `${repetition + 1} ${kind}: p99 ${short(quantile(latencies_ms, 0.99))} ms, ${short(growth)} MiB`,
    );
  }
console.log(`${here.text}\n${report(samples, options)}`);
