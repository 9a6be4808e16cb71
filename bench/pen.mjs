/**
 * The pen: the main-thread time of a move, the time of the frame that paints it, and the latency
 * from the finger to the screen; on an empty pad and a full one, at several CPU slowdowns.
 */
import { named } from "./chromium.mjs";
import { median, p95, short, spread, table, verdict } from "./figures.mjs";
import { Finger, touches_per_second } from "./finger.mjs";
import { fillPad, full } from "./full_pad.mjs";
import { dispatches, frameCallbacks, inputToPresent, traced } from "./trace.mjs";

const slowdowns = [1, 4, 6];
const categories = ["devtools.timeline", "input.scrolling"];
/** Duration of a measured stroke. */
const stroke_s = 2;
/** A stroke of 15 s. */
const long_points = 1800;
/** A frame larger than this holds a drawing. */
const drawing_bytes_least = 200;

export const penRooms = { empty: "empty-pad", full: "full-pad", long: "long-stroke", sent: "sent" };

/** A doodle of `count` points over the whole pad, as loops that wander from left to right. */
export function doodle(box, count, loops = 6) {
  return Array.from({ length: count }, (_, i) => {
    const along = i / (count - 1);
    const turn = 2 * Math.PI * loops * along;
    return {
      x: box.x + box.width * (0.15 + 0.7 * along + 0.09 * Math.sin(turn)),
      y: box.y + box.height * (0.5 + 0.34 * Math.cos(turn)),
    };
  });
}

async function padBox(phone) {
  return (await phone.see("pad")).boundingBox();
}

const strokesOnPad = (phone) =>
  phone.page.$eval(named("pad"), (pad) => Number(pad.dataset.strokes));

async function undo(phone) {
  const count = await strokesOnPad(phone);
  await phone.page.keyboard.down("Control");
  await phone.page.keyboard.press("z");
  await phone.page.keyboard.up("Control");
  await phone.page.waitForSelector(`${named("pad")}[data-strokes="${count - 1}"]`);
}

/** Traces one stroke, then undoes it. */
async function measureStroke(phone, room, rate) {
  await phone.enter(room);
  const points = doodle(await padBox(phone), stroke_s * touches_per_second);
  await phone.slowDown(rate);
  await phone.calm();
  const events = await traced(phone.page, categories, async () => {
    await new Finger(phone.cdp).draw(points);
    await phone.calm();
  });
  await phone.slowDown(1);
  await undo(phone);
  const moves = dispatches(events, "pointermove");
  const painting = frameCallbacks(events);
  return {
    p50: median(moves),
    p95: p95(moves),
    painted: p95(painting),
    frames: painting.length / stroke_s,
    latency: p95(inputToPresent(events)),
    down: Math.max(...dispatches(events, "pointerdown")),
    up: Math.max(...dispatches(events, "pointerup")),
  };
}

/**
 * The cost of painting a frame during the first 120 points of a stroke and during its last 120,
 * of `long_points`. The points between are drawn as fast as possible.
 */
async function measureLongStroke(phone, rate) {
  await phone.enter(penRooms.long);
  const points = doodle(await padBox(phone), long_points, 40);
  const finger = new Finger(phone.cdp);
  const second = (from) =>
    traced(phone.page, categories, async () => {
      await finger.move(points.slice(from, from + touches_per_second));
      await phone.calm();
    });
  await finger.down(points[0]);
  await phone.slowDown(rate);
  const first = await second(1);
  await phone.slowDown(1);
  await finger.hurry(points.slice(1 + touches_per_second, long_points - touches_per_second));
  await phone.slowDown(rate);
  const last = await second(long_points - touches_per_second);
  await phone.slowDown(1);
  await finger.up();
  await undo(phone);
  return { first: p95(frameCallbacks(first)), last: p95(frameCallbacks(last)) };
}

/** The result of `measure` for each repetition, by variant; variants alternate. */
async function inTurns(repetitions, variants, measure) {
  const found = new Map(variants.map((variant) => [variant, []]));
  for (let i = 0; i < repetitions; ++i)
    for (const variant of variants) found.get(variant).push(await measure(variant));
  return found;
}

const pick = (found, name) => found.map((one) => one[name]);
const ratios = (above, below, name) => above.map((one, i) => one[name] / below[i][name]);

/** Draws and sends a few doodles; returns the frames that the page sent. */
export async function sendDoodles(phone) {
  await phone.enter(penRooms.sent);
  await phone.cdp.send("Network.enable");
  const box = await padBox(phone);
  const sent = [];
  for (const loops of [3, 5, 7, 9]) {
    for (const stretch of [0.5, 0.9]) {
      const part = { ...box, height: box.height * stretch };
      await new Finger(phone.cdp).draw(doodle(part, touches_per_second, loops));
    }
    const frame = phone.nextSent((bytes) => bytes.length > drawing_bytes_least);
    await phone.tap("send");
    sent.push(await frame);
  }
  return sent;
}

export async function measurePen(phone, repetitions) {
  await fillPad(phone, penRooms.full);
  const variants = slowdowns.flatMap((rate) => [
    { rate, pad: "empty" },
    { rate, pad: "full" },
  ]);
  const found = await inTurns(repetitions, variants, ({ rate, pad }) =>
    measureStroke(phone, penRooms[pad], rate),
  );
  const of = (rate, pad) => found.get(variants.find((v) => v.rate === rate && v.pad === pad));
  const long = await inTurns(repetitions, [4], (rate) => measureLongStroke(phone, rate));
  return report(of, long.get(4));
}

const columns = [
  ["p50", "`pointermove` p50, ms"],
  ["p95", "`pointermove` p95, ms"],
  ["painted", "frame's painting p95, ms"],
  ["frames", "frames a second"],
  ["latency", "input to present p95, ms"],
  ["down", "pen down, ms"],
  ["up", "pen up, ms"],
];

/** The cost must not depend on how much is on the pad; 10 % is allowed for noise. */
const same_cost_max = 1.1;

/** "Undecided" if the repetitions differ too much. */
function sameCost(found, what) {
  const ratio = median(found);
  const sorted = [...found].sort((a, b) => a - b);
  const quarter = sorted[Math.floor(sorted.length / 4)];
  const undecided = ratio > same_cost_max && quarter <= 1;
  return {
    what: `${what}, 4× slowdown: full pad against the empty one`,
    found: spread(found),
    bound: `≤ ${same_cost_max}×`,
    verdict: undecided
      ? "**undecided**: over it, but a quarter of the repetitions are not above 1"
      : verdict(ratio, { must: same_cost_max }),
  };
}

function report(of, long) {
  const pads = { empty: "empty", full: `${full.strokes * full.points_each} points` };
  const rows = slowdowns.flatMap((rate) =>
    Object.entries(pads).map(([pad, name]) => [
      `${rate}×`,
      name,
      ...columns.map(([key]) => spread(pick(of(rate, pad), key))),
    ]),
  );
  const ratioRows = slowdowns.map((rate) => [
    `${rate}×`,
    ...columns.map(([key]) => spread(ratios(of(rate, "full"), of(rate, "empty"), key))),
  ]);
  const slow = [
    "4× / 1×, empty",
    ...columns.map(([key]) => spread(ratios(of(4, "empty"), of(1, "empty"), key))),
  ];
  const worst = Math.max(...["full", "empty"].map((pad) => median(pick(of(4, pad), "p95"))));
  return {
    budgets: [
      {
        what: "`pointermove` main-thread time p95, 4× slowdown (the worse of both pads)",
        found: `${short(worst)} ms`,
        bound: "≤ 5 ms, aim 3",
        verdict: verdict(worst, { must: 5, aim: 3, unit: "ms" }),
      },
      sameCost(ratios(of(4, "full"), of(4, "empty"), "p50"), "`pointermove` p50"),
      sameCost(ratios(of(4, "full"), of(4, "empty"), "painted"), "a frame's painting p95"),
    ],
    text: [
      table(["slowdown", "pad", ...columns.map(([, title]) => title)], rows),
      "The full pad against the empty one, repetition by repetition:",
      table(
        ["slowdown", ...columns.map(([, title]) => title.replace(", ms", ""))],
        [...ratioRows, slow],
      ),
      `One long stroke at 4×: a frame's painting p95 is ${spread(pick(long, "first"), "ms")} over its ` +
        `first ${touches_per_second} points and ${spread(pick(long, "last"), "ms")} over the last ` +
        `${touches_per_second} of ${long_points}: ${spread(ratios2(long))} times as much.`,
    ].join("\n\n"),
  };
}

const ratios2 = (long) => long.map(({ first, last }) => last / first);
