// Recorded strokes, drawn with real pointers: what is stored and what is painted is
// what the hand did, to two canvas units (of 2048 × 1536), in every engine.
//
// The recordings are positions on the pad in canvas units, all multiples of 4: the pad
// is 512 CSS pixels wide here, so each is a whole CSS pixel. (Firefox rounds pointers to
// those and WebKit cuts them off; only Chromium takes fractions.) Compared are:
// 1. the stored points, as another phone gets them, with the recorded ones: no recorded
//    point is farther than 2 units from the stored line, and none of the stored from the
//    recorded line;
// 2. the painted pixels of the pad with the recording's own geometry: the outline that
//    ink/outline.ts makes of the recorded points in Node, filled there. What an engine may
//    add is in the pixels. None that is at least half covered is farther than 2 units from
//    the filled outline, and no pixel of the outline is farther than that from some ink
//    (where a line is thinner than a pixel, all is pale);
// 3. the painted pixels with the recorded points themselves: none of those is farther than
//    2 units from ink. (That the line between them is the hand's is ink/center_line.test.ts.)
// Being close to the same outline, the engines are as close to each other.
// What each engine came to is kept in e2e/shots/geometry-<engine>.json.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { engine, newPersonIn, startBrowser, supports } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";
import { farthest, fill, flatten, offLine } from "../harness/shapes.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const recordings = readdirSync(here("../recordings")).map((file) => ({
  name: file.replace(".json", ""),
  ...JSON.parse(readFileSync(here(`../recordings/${file}`), "utf8")),
}));

const canvas = { width: 2048, height: 1536 };
const allowed = 2;
const size = { width: 512, height: 780, ratio: 3, touch: true };

/** The pad's ink as runs of pixels that have at least so much of it: runs in the page. */
function inkOf(selector, least) {
  const base = document.querySelector(selector).parentElement.querySelector("canvas");
  const { width, height } = base;
  const { data } = base.getContext("2d").getImageData(0, 0, width, height);
  const runs = [];
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) {
      if (data[4 * (y * width + x) + 3] < least) continue;
      const from = x;
      while (x < width && data[4 * (y * width + x) + 3] >= least) ++x;
      runs.push([y, from, x]);
    }
  }
  return { width, height, runs };
}

test("what is stored and painted is what the hand did", async (context) => {
  const { module: ink } = await runnerImport(here("../../client/src/ink/outline.ts"));
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana", { size });
  const box = await page.box('[data-test="pad"]');
  assert.deepEqual([box.width, box.height], [512, 384]);
  assert.deepEqual([box.x % 1, box.y % 1], [0, 0], "the pad lies on whole pixels");
  const pointer = supports("touch") ? "touch" : "mouse"; // neither has a pressure of its own
  const results = {};

  for (const { name, points } of recordings) {
    await context.test(name, async () => {
      await page.stroke(
        points.map(([x, y]) => [x / canvas.width, y / canvas.height]),
        { pointer },
      );
      const painted = await page.evaluate(inkOf, '[data-test="pad"]', 128);
      const traces = await page.evaluate(inkOf, '[data-test="pad"]', 1);
      await page.shot(`geometry-${engine}-${name}`);
      await page.tap("send");
      const { drawing } = await bot.until((frame) => frame.message);
      const [stroke] = drawing.strokes;
      const stored = absolute(stroke.points);
      const recorded = points.flat();
      const pen = { tool: "pen", rgb: stroke.rgb, width: stroke.width };
      const outline = ink.outline({ ...pen, points: recorded, pressure: [] }, true);
      const scale = painted.width / canvas.width;
      const expected = fill(flatten(outline), scale, painted);
      const result = {
        points: stored.length,
        recorded: points.length,
        stored: Math.max(offLine(points, stored), offLine(stored, points)),
        painted: Math.max(farthest(painted, expected), farthest(expected, traces)) / scale,
        covered: farthest(dots(points, scale, painted), traces) / scale,
        pixels: painted.runs.reduce((sum, [, from, to]) => sum + to - from, 0),
      };
      results[name] = result;
      assert.deepEqual(stroke.pressure ?? [], []);
      assert.ok(result.stored <= allowed, `stored: ${result.stored} units off`);
      assert.ok(result.painted <= allowed, `painted: ${result.painted} units off`);
      assert.ok(result.covered <= allowed, `a point is ${result.covered} units off the ink`);
      await page.untilStrokes(0);
    });
  }
  mkdirSync(here("../shots"), { recursive: true });
  writeFileSync(here(`../shots/geometry-${engine}.json`), JSON.stringify(results, undefined, 2));
});

/** The pixels that the points lie in, as inkOf() gives them. */
function dots(points, scale, { width, height }) {
  const within = (value, size) => Math.min(size - 1, Math.floor(value * scale));
  const runs = points.map(([x, y]) => [within(y, height), within(x, width), within(x, width) + 1]);
  return { width, height, runs };
}

/** Differences become points. */
function absolute(steps) {
  const points = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    points.push([x, y]);
  }
  return points;
}
