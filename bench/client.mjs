/**
 * Measures the client of the shipped build and prints what was found, as Markdown.
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
/** A machine with more to do than this measures something else as well. */
const busy_limit = 0.7;

const say = (line) => process.stderr.write(`${line}\n`);

/** What can be measured, in the order in which it is: those that want a calm machine first. */
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

/** Measures each part with a server and a browser of its own; nothing outlives it. */
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
    `- ${repetitions} repetitions; each figure is their median, in brackets the range they lie in`,
    "",
    table(
      ["what", "found", "budget", ""],
      budgets.map((one) => [one.what, one.found, one.bound, one.verdict]),
    ),
    ...found.flatMap(({ name, result }) => ["", `### ${parts[name].title}`, "", result.text]),
  ].join("\n");
}

function asked() {
  const { values } = parseArgs({
    options: {
      write: { type: "boolean", default: false },
      repetitions: { type: "string", default: String(usual_repetitions) },
      only: { type: "string", default: Object.keys(parts).join(",") },
    },
  });
  const repetitions = Number(values.repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 1 || repetitions > 50)
    throw new Error("--repetitions is a number from 1 to 50");
  const names = values.only.split(",");
  const unknown = names.find((name) => !(name in parts));
  if (unknown !== undefined)
    throw new Error(`--only knows ${Object.keys(parts).join(", ")}; not ${unknown}`);
  if (values.write && names.length < Object.keys(parts).length)
    throw new Error("--write wants all parts");
  return { write: values.write, repetitions, names };
}

async function main() {
  const wanted = asked();
  if (!existsSync(executable)) throw new Error(`${executable} is not built`);
  const here = machine(await browserVersion());
  if (here.busy > busy_limit)
    say(`The machine is busy (load ${here.busy.toFixed(1)}): what follows is rough.`);
  const found = [];
  for (const name of wanted.names) {
    const began = performance.now();
    const result = await measured(name, wanted.repetitions);
    say(`${parts[name].title}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    found.push({ name, result });
  }
  const text = report(here, found, wanted.repetitions);
  console.log(text);
  if (wanted.write) putBetween("client", text);
}

try {
  await main();
} catch (error) {
  say(`bench/client: ${error.stack ?? error}`);
  process.exitCode = 1;
}
