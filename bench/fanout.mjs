/**
 * Measures the server's fan-out beside the floor and its peers, over plain http and TLS, and
 * prints the results as Markdown. COLO_BIN_BEFORE names an older executable of Colo, which is then
 * measured in turns with the newer one.
 *
 *   bench/fanout [--quick] [--repetitions N] [--only KEY,…] [--against NAME,…|none] [--write]
 *   bench/fanout --again [--write]     prints the results of the last run again
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { executable } from "../e2e/harness/colo.mjs";
import { machine } from "./machine.mjs";
import { putBetween } from "./page.mjs";
import { Contenders, contenderNames, programBefore } from "./server/contenders.mjs";
import { measure } from "./server/measure.mjs";
import { memoryOf } from "./server/memory.mjs";
import { beforeName, isColo } from "./server/names.mjs";
import { plot } from "./server/plot.mjs";
import { recordedDrawings } from "./server/recorded.mjs";
import { Samples } from "./server/samples.mjs";
import { framesPerCall } from "./server/system_calls.mjs";
import { tables } from "./server/tables.mjs";
import { verdicts } from "./server/verdicts.mjs";
import { versions } from "./server/versions.mjs";
import { workloads } from "./server/workloads.mjs";

const results_file = fileURLToPath(new URL("../build/bench/fanout.json", import.meta.url));
const usual = { repetitions: 5, warm_s: 1, seconds: 3, idle_clients: 10_000 };
const quick = { repetitions: 1, warm_s: 0.5, seconds: 2, idle_clients: 2_000 };
/** Above this load, other work on the machine distorts the figures. */
const load_max = 0.7;
/** The workloads whose system calls are counted. */
const counted = ["crowd-1000-1", "crowd-1000-16"];

const log = (line) => process.stderr.write(`${line}\n`);

/** Calls `work` with a context whose `after` functions run at the end. */
async function withContext(work) {
  const ends = [];
  try {
    return await work({ after: (end) => ends.unshift(end) });
  } finally {
    for (const end of ends) await end();
  }
}

const rotated = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

/**
 * The contenders in the order of this repetition: each repetition begins with another one. The
 * older executable runs next to the newer one, and which of the two is first alternates.
 */
function inTurn(names, repetition) {
  const pair = (name) =>
    repetition % 2 === 0 ? [beforeName(name), name] : [name, beforeName(name)];
  return rotated(names, repetition).flatMap((name) =>
    programBefore && isColo(name) ? pair(name) : [name],
  );
}

/** Called after each repetition, so that an interrupted run is not lost. */
const save = (header, options, samples) =>
  writeFileSync(results_file, JSON.stringify({ header, options, samples: samples.list }, null, 1));

async function measureWorkloads(options, samples, repetitionDone) {
  const drawings = recordedDrawings();
  await withContext(async (context) => {
    const contenders = new Contenders(context);
    try {
      for (let repetition = 0; repetition < options.repetitions; ++repetition) {
        for (const workload of workloads.filter(({ key }) => options.only.includes(key)))
          await measureOnce({ options, samples, contenders, drawings, workload, repetition });
        repetitionDone();
      }
    } finally {
      await contenders.resumeAll();
    }
  });
}

/** Empty if system calls cannot be counted; the other figures do not need them. */
async function countedCalls(contender, workload, drawings) {
  try {
    return { frames_per_call: await framesPerCall(contender, workload, drawings) };
  } catch (error) {
    log(`${contender.name}, ${workload.key}: ${error.message}`);
    return {};
  }
}

async function measureOnce({ options, samples, contenders, drawings, workload, repetition }) {
  const sent = drawings[workload.drawings ?? "small"];
  const names = workload.contenders.filter(
    (name) => isColo(name) || options.against.includes(name),
  );
  for (const name of inTurn(names, repetition))
    await contenders.with(name, async (contender) => {
      const figures = await measure(contender, workload, sent, options);
      if (counted.includes(workload.key))
        Object.assign(figures, await countedCalls(contender, workload, sent));
      samples.add({ workload: workload.key, contender: name, repetition, ...figures });
      log(
        `${repetition + 1} ${workload.key} ${name}: ${figures.cpu_us.toFixed(2)} µs, p99 ${((figures.p99_us ?? Number.NaN) / 1000).toFixed(1)} ms`,
      );
    });
}

async function measureMemory(options, samples, repetitionDone) {
  const names = Object.keys(memoryOf).filter(
    (name) => isColo(name) || options.against.includes(name),
  );
  for (let repetition = 0; repetition < options.repetitions; ++repetition) {
    for (const name of inTurn(names, repetition))
      await withContext(async (context) => {
        const [measureOne, program] =
          name in memoryOf
            ? [memoryOf[name]]
            : [memoryOf[names.find((one) => beforeName(one) === name)], programBefore];
        const figures = await measureOne(context, options.idle_clients, program);
        samples.add({ workload: "idle", contender: name, repetition, ...figures });
        log(`${repetition + 1} idle ${name}: ${(figures.bytes / 1024).toFixed(2)} KiB`);
      });
    repetitionDone();
  }
}

function listOf(values, known, option) {
  const names = values?.split(",") ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`${option}: unknown name ${unknown}; known are ${known.join(", ")}`);
  return names;
}

function parseOptions() {
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
    throw new Error("--repetitions must be an integer from 1 to 50");
  const keys = [...workloads.map(({ key }) => key), "idle"];
  const only = listOf(values.only, keys, "--only");
  const others = contenderNames.filter((name) => !isColo(name));
  const against = values.against === "none" ? [] : listOf(values.against, others, "--against");
  if (values.write && (values.only || values.against || values.quick))
    throw new Error("--write needs a complete run: no --only, --against or --quick");
  return { ...base, again: values.again, write: values.write, repetitions, only, against };
}

function report({ header, options, samples }) {
  const { repetitions, seconds, warm_s } = options;
  return [
    header,
    `- ${repetitions} repetitions of ${seconds} s, after ${warm_s} s of warm-up; each figure is their median, with the range in brackets`,
    "",
    verdicts(samples),
    tables(samples),
  ].join("\n");
}

async function run(options) {
  const { busy, text } = machine(versions());
  if (busy > load_max) log(`The machine is busy (load ${busy.toFixed(1)}): the figures are rough.`);
  if (programBefore) log(`Before: ${programBefore}\nAfter: ${executable}`);
  const samples = new Samples();
  const repetitionDone = () => save(text, options, samples);
  await measureWorkloads(options, samples, repetitionDone);
  if (options.only.includes("idle")) await measureMemory(options, samples, repetitionDone);
  return { header: text, options, samples };
}

function savedResults() {
  const { samples, ...rest } = JSON.parse(readFileSync(results_file, "utf8"));
  return { ...rest, samples: new Samples(samples) };
}

async function main() {
  const options = parseOptions();
  const results = options.again ? savedResults() : await run(options);
  const text = report(results);
  console.log(text);
  if (!options.write) return;
  putBetween("server", text);
  plot(results.samples);
}

try {
  await main();
} catch (error) {
  log(`bench/fanout: ${error.stack ?? error}`);
  process.exitCode = 1;
}
