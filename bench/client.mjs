/**
 * Measures the client of the shipped build and prints the results as Markdown.
 *
 *   bench/client [--write] [--repetitions N] [--only PART,…]
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { executable } from "../e2e/harness/colo.mjs";
import { newPhonePage, startChromium } from "./chromium.mjs";
import { measureDrawingBytes, typicalDrawings } from "./drawing_bytes.mjs";
import { counts, feedRooms, measureFeed } from "./feed.mjs";
import { table } from "./figures.mjs";
import { measureFirstLoad } from "./first_load.mjs";
import { measureLaunch } from "./launch.mjs";
import { measureLighthouse } from "./lighthouse.mjs";
import { machine } from "./machine.mjs";
import { putBetween } from "./page.mjs";
import { measurePen, penRooms, sendDoodles } from "./pen.mjs";
import { fillRoom, startServer } from "./server.mjs";

const usual_repetitions = 5;
/** Above this load, other work on the machine distorts the figures. */
const load_max = 0.7;

const log = (line) => process.stderr.write(`${line}\n`);

/** The parts, in the order of measurement. Those that need an idle machine come first. */
const parts = {
  launch: { title: "Start", measure: () => measureLaunch() },
  first_load: {
    title: "First load",
    measure: ({ browser, colo }) => measureFirstLoad(browser, colo.url, penRooms.empty),
  },
  pen: {
    title: "The pen",
    measure: async ({ browser, colo, repetitions }) =>
      measurePen(await newPerson(browser, colo, "Pen"), repetitions),
  },
  feed: {
    title: "The feed",
    measure: async ({ context, browser, colo, repetitions }) => {
      const drawings = typicalDrawings();
      for (const name of Object.keys(feedRooms))
        await fillRoom(context, colo, feedRooms[name], drawings, counts[name]);
      return measureFeed(await newPerson(browser, colo, "Feed"), repetitions);
    },
  },
  bytes: {
    title: "Bytes of a drawing",
    measure: async ({ browser, colo }) =>
      measureDrawingBytes(await sendDoodles(await newPerson(browser, colo, "Bytes"))),
  },
  lighthouse: {
    title: "Lighthouse",
    measure: ({ colo, repetitions }) => measureLighthouse(colo.url, repetitions),
  },
};

async function newPerson(browser, colo, name) {
  const phone = await newPhonePage(browser, colo.url);
  await phone.register(name);
  return phone;
}

/** Measures one part with a server and a browser of its own, and ends both. */
async function measured(name, repetitions) {
  const ends = [];
  const context = { after: (end) => ends.unshift(end) };
  const rooms = [...Object.values(penRooms), ...Object.values(feedRooms)];
  try {
    const colo = await startServer(context, rooms);
    const browser = await startChromium(context);
    return await parts[name].measure({ context, colo, browser, repetitions });
  } finally {
    for (const end of ends) await end();
  }
}

async function browserVersion() {
  const ends = [];
  try {
    return await (await startChromium({ after: (end) => ends.unshift(end) })).version();
  } finally {
    for (const end of ends) await end();
  }
}

function report(here, found, repetitions) {
  const budgets = found.flatMap(({ result }) => result.budgets);
  return [
    here.text,
    `- ${repetitions} repetitions; each figure is their median, with the range in brackets`,
    "",
    table(
      ["what", "found", "budget", ""],
      budgets.map((one) => [one.what, one.found, one.bound, one.verdict]),
    ),
    ...found.flatMap(({ name, result }) => ["", `### ${parts[name].title}`, "", result.text]),
  ].join("\n");
}

function parseOptions() {
  const { values } = parseArgs({
    options: {
      write: { type: "boolean", default: false },
      repetitions: { type: "string", default: String(usual_repetitions) },
      only: { type: "string", default: Object.keys(parts).join(",") },
    },
  });
  const repetitions = Number(values.repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 1 || repetitions > 50)
    throw new Error("--repetitions must be an integer from 1 to 50");
  const names = values.only.split(",");
  const unknown = names.find((name) => !(name in parts));
  if (unknown !== undefined)
    throw new Error(`--only: unknown part ${unknown}; known are ${Object.keys(parts).join(", ")}`);
  if (values.write && names.length < Object.keys(parts).length)
    throw new Error("--write needs all parts");
  return { write: values.write, repetitions, names };
}

async function main() {
  const options = parseOptions();
  if (!existsSync(executable)) throw new Error(`${executable} is not built`);
  const here = machine(await browserVersion());
  if (here.busy > load_max)
    log(`The machine is busy (load ${here.busy.toFixed(1)}): the figures are rough.`);
  const found = [];
  for (const name of options.names) {
    const began = performance.now();
    const result = await measured(name, options.repetitions);
    log(`${parts[name].title}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    found.push({ name, result });
  }
  const text = report(here, found, options.repetitions);
  console.log(text);
  if (options.write) putBetween("client", text);
}

try {
  await main();
} catch (error) {
  log(`bench/client: ${error.stack ?? error}`);
  process.exitCode = 1;
}
