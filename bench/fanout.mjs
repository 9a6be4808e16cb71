/**
 * Measures the server's fan-out against the floor and against its peers, and prints what was
 * found, as Markdown.
 *
 *   bench/fanout [--quick] [--repetitions N] [--only KEY,…] [--against NAME,…] [--write]
 *   bench/fanout --again [--write]     what the last run found, told anew
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine } from "./machine.mjs";
import { putBetween } from "./page.mjs";
import { Contenders, contenderNames } from "./server/contenders.mjs";
import { measure } from "./server/measure.mjs";
import { memoryOf } from "./server/memory.mjs";
import { plot } from "./server/plot.mjs";
import { recordedDrawings } from "./server/recorded.mjs";
import { Samples } from "./server/samples.mjs";
import { framesPerCall } from "./server/system_calls.mjs";
import { tables } from "./server/tables.mjs";
import { verdicts } from "./server/verdicts.mjs";
import { versions } from "./server/versions.mjs";
import { workloads } from "./server/workloads.mjs";

const results = fileURLToPath(new URL("../build/bench/fanout.json", import.meta.url));
const usual = { repetitions: 5, warm_s: 1, seconds: 3, idle_phones: 10_000 };
const quick = { repetitions: 1, warm_s: 0.5, seconds: 2, idle_phones: 2_000 };
/** A machine with more to do than this measures something else as well. */
const busy_limit = 0.7;
/** The workloads whose system calls are counted. */
const counted = ["crowd-1000-1", "crowd-1000-16"];

const say = (line) => process.stderr.write(`${line}\n`);

/** Runs `work` with things that end with it. */
async function during(work) {
  const ends = [];
  try {
    return await work({ after: (end) => ends.unshift(end) });
  } finally {
    for (const end of ends) await end();
  }
}

/** The same, begun with another one in each repetition. */
const rotated = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

/** Kept after each repetition. */
const keep = (here, asked, samples) =>
  writeFileSync(results, JSON.stringify({ here, asked, samples: samples.list }, null, 1));

async function measureWorkloads(asked, samples, done) {
  const drawings = recordedDrawings();
  await during(async (context) => {
    const contenders = new Contenders(context);
    try {
      for (let repetition = 0; repetition < asked.repetitions; ++repetition) {
        for (const workload of workloads.filter(({ key }) => asked.only.includes(key)))
          await measureOnce({ asked, samples, contenders, drawings, workload, repetition });
        done();
      }
    } finally {
      await contenders.wake();
    }
  });
}

/** Whoever may not count system calls still learns the rest. */
async function countedCalls(one, workload, sent) {
  try {
    return { frames_per_call: await framesPerCall(one, workload, sent) };
  } catch (error) {
    say(`${one.name}, ${workload.key}: ${error.message}`);
    return {};
  }
}

async function measureOnce({ asked, samples, contenders, drawings, workload, repetition }) {
  const sent = drawings[workload.drawings ?? "small"];
  const names = workload.contenders.filter((name) => asked.against.includes(name));
  for (const name of rotated(names, repetition))
    await contenders.with(name, async (one) => {
      const found = await measure(one, workload, sent, asked);
      if (counted.includes(workload.key))
        Object.assign(found, await countedCalls(one, workload, sent));
      samples.add({ workload: workload.key, contender: name, repetition, ...found });
      say(
        `${repetition + 1} ${workload.key} ${name}: ${found.cpu_us.toFixed(2)} µs, p99 ${((found.p99_us ?? Number.NaN) / 1000).toFixed(1)} ms`,
      );
    });
}

async function measureMemory(asked, samples, done) {
  const names = Object.keys(memoryOf).filter((name) =>
    asked.against.includes(name.replace(/,.*/, "")),
  );
  for (let repetition = 0; repetition < asked.repetitions; ++repetition) {
    for (const name of names)
      await during(async (context) => {
        const found = await memoryOf[name](context, asked.idle_phones);
        samples.add({ workload: "idle", contender: name, repetition, ...found });
        say(`${repetition + 1} idle ${name}: ${(found.bytes / 1024).toFixed(2)} KiB`);
      });
    done();
  }
}

function listed(values, known, option) {
  const names = values?.split(",") ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${option} knows ${known.join(", ")}; not ${unknown}`);
  return names;
}

function wanted() {
  const { values } = parseArgs({
    options: {
      again: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      repetitions: { type: "string" },
      only: { type: "string" },
      against: { type: "string" },
    },
  });
  const base = values.quick ? quick : usual;
  const repetitions = Number(values.repetitions ?? base.repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 1 || repetitions > 50)
    throw new Error("--repetitions is a number from 1 to 50");
  const keys = [...workloads.map(({ key }) => key), "idle"];
  const only = listed(values.only, keys, "--only");
  const others = contenderNames.filter((name) => !name.startsWith("colo"));
  const against = listed(values.against, others, "--against");
  const ours = contenderNames.filter((name) => name.startsWith("colo"));
  if (values.write && (values.only || values.against || values.quick))
    throw new Error("--write wants all of it");
  return {
    ...base,
    again: values.again,
    write: values.write,
    repetitions,
    only,
    against: [...against, ...ours],
  };
}

function report({ here, asked, samples }) {
  const { repetitions, seconds, warm_s } = asked;
  return [
    here,
    `- ${repetitions} repetitions of ${seconds} s, after ${warm_s} s of warming up; each figure is their median, in brackets the range they lie in`,
    "",
    verdicts(samples),
    tables(samples),
  ].join("\n");
}

async function measured(asked) {
  const here = machine(versions());
  if (here.busy > busy_limit)
    say(`The machine is busy (load ${here.busy.toFixed(1)}): what follows is rough.`);
  const samples = new Samples();
  const done = () => keep(here.text, asked, samples);
  await measureWorkloads(asked, samples, done);
  if (asked.only.includes("idle")) await measureMemory(asked, samples, done);
  return { here: here.text, asked, samples };
}

function kept() {
  const { samples, ...rest } = JSON.parse(readFileSync(results, "utf8"));
  return { ...rest, samples: new Samples(samples) };
}

async function main() {
  const asked = wanted();
  const found = asked.again ? kept() : await measured(asked);
  const text = report(found);
  console.log(text);
  if (!asked.write) return;
  putBetween("server", text);
  plot(found.samples);
}

try {
  await main();
} catch (error) {
  say(`bench/fanout: ${error.stack ?? error}`);
  process.exitCode = 1;
}
