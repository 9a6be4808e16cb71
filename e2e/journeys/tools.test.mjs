// The tools: what each leaves on the paper, and that everybody else gets just that.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  test as named,
  newPersonIn,
  sizes,
  startBrowser,
  supports,
  wave,
} from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";

/** A person in the main room, and a bot there who is sent what is drawn. */
async function newArtist(context, options) {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana", options);
  return { page, bot };
}

async function pick(page, kind) {
  await page.tap("tool-pen");
  await page.see("pen-panel");
  await page.tap(`kind-${kind}`);
}

/** Drags a key of the stamp keyboard to a place on the page. */
async function dragTo(page, key, [toX, toY]) {
  const { x, y, width, height } = await page.box(key);
  await page.drag(key, [toX - x - width / 2, toY - y - height / 2]);
}

async function sendAndSee(page, bot) {
  await page.tap("send");
  const { message } = await bot.until((frame) => frame.message && frame);
  return message.drawing;
}

/** The colour in the middle of the pad's ink at a point from 0,0 to 1,1: [r, g, b, a]. */
function inkAt(page, [x, y]) {
  return page.evaluate(
    (selector, x, y) => {
      const [canvas] = document.querySelector(selector).parentElement.querySelectorAll("canvas");
      const context = canvas.getContext("2d");
      return [...context.getImageData(canvas.width * x, canvas.height * y, 1, 1).data];
    },
    named("pad"),
    x,
    y,
  );
}

const level = [
  [0.2, 0.5],
  [0.4, 0.5],
  [0.6, 0.5],
  [0.8, 0.5],
];

test("marker, rainbow and pixel pen go over the wire as they are, on their paper", async (context) => {
  const { page, bot } = await newArtist(context);
  await pick(page, "marker");
  await page.tap("swatch-ffd21f");
  await page.tap("pen-done");
  await page.stroke(level);
  const [, , , alpha] = await inkAt(page, [0.5, 0.5]);
  assert.ok(alpha > 90 && alpha < 140, `a marker is translucent: ${alpha}`);

  await pick(page, "rainbow");
  await page.unseen("any-color"); // it has all colours already
  await page.tap("pen-done");
  await page.stroke(wave(4));

  await pick(page, "pixel");
  await page.tap("swatch-1f6feb");
  await page.tap("paper-fff4d6");
  await page.tap("pen-done");
  await page.stroke(wave(7));

  const drawing = await sendAndSee(page, bot);
  assert.equal(drawing.paper, 0xfff4d6);
  assert.deepEqual(
    drawing.strokes.map((stroke) => stroke.tool),
    ["TOOL_MARKER", "TOOL_RAINBOW", "TOOL_PIXEL"],
  );
  assert.equal(drawing.strokes[0].rgb, 0xffd21f);
  assert.equal(drawing.strokes[2].rgb, 0x1f6feb);
  assert.equal(drawing.strokes[2].width % 8, 0);
});

test("the pixel pen has hard edges", async (context) => {
  const { page } = await newArtist(context);
  await pick(page, "pixel");
  await page.tap("pen-done");
  await page.stroke(wave(2));
  const alphas = await page.evaluate((selector) => {
    const [canvas] = document.querySelector(selector).parentElement.querySelectorAll("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 3; i < data.length; i += 4) seen.add(data[i]);
    return [...seen].sort();
  }, named("pad"));
  assert.deepEqual(alphas, [0, 255]);
});

test("any colour can be chosen, and mixed", async (context) => {
  const { page, bot } = await newArtist(context);
  await page.tap("tool-pen");
  await page.see("any-color");
  // As the browser's own dialogue does when a colour is picked in it.
  await page.evaluate((selector) => {
    const input = document.querySelector(selector);
    input.value = "#12ab34";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, named("any-color"));
  await page.tap("pen-done");
  await page.stroke(level);
  assert.equal((await sendAndSee(page, bot)).strokes[0].rgb, 0x12ab34);
});

test("the last colours are at hand, also for the next page", async (context) => {
  const { page } = await newArtist(context);
  for (const color of ["e5322d", "1fa84a"]) {
    await page.tap("tool-pen");
    await page.tap(`swatch-${color}`);
    await page.tap("pen-done");
    await page.stroke(level);
  }
  await page.reload();
  await page.untilReady();
  await page.tap("tool-pen");
  await page.see("recent");
  const recent = await page.evaluate(
    (selector) => [...document.querySelectorAll(selector)].map((one) => one.dataset.test),
    `${named("recent")} button`,
  );
  assert.deepEqual(recent, ["recent-1fa84a", "recent-e5322d"]);
  await page.tap("recent-e5322d");
  await page.shot("tools-recent");
});

test("paper is part of the drawing: undone, redone, kept over a reload", async (context) => {
  const { page } = await newArtist(context);
  const paperIs = (rgb) =>
    page.until(
      (selector, wanted) => document.querySelector(selector).dataset.paper === wanted,
      named("pad"),
      rgb,
    );
  await page.stroke(level);
  await page.tap("tool-pen");
  await page.tap("paper-000000");
  await page.tap("paper-dcecff");
  await page.tap("pen-done");
  await paperIs("dcecff");
  await page.tap("tool-undo");
  await paperIs("ffffff");
  await page.tap("tool-redo");
  await paperIs("dcecff");
  await page.reload();
  await page.untilReady();
  await paperIs("dcecff");
  await page.untilStrokes(1);
});

test("stamps are typed, and dragged onto the paper", async (context) => {
  const { page, bot } = await newArtist(context);
  await pick(page, "stamp");
  await page.tap("pen-done");
  await page.see("stamp-keys");
  await page.tap("stamp-h");
  await page.tap("stamp-i");
  await page.untilStrokes(2);

  await page.tap("stamp-page-4");
  const [[x, y]] = await page.onPad([0.75, 0.7]);
  await dragTo(page, "stamp-♥", [x, y]);
  await page.untilStrokes(3);
  await page.shot("tools-stamps");

  const [h, i, heart] = (await sendAndSee(page, bot)).strokes;
  assert.deepEqual(
    [h, i, heart].map((stroke) => [stroke.tool, String.fromCodePoint(stroke.stamp)]),
    [
      ["TOOL_STAMP", "h"],
      ["TOOL_STAMP", "i"],
      ["TOOL_STAMP", "♥"],
    ],
  );
  assert.equal(h.points[1], i.points[1]);
  assert.ok(h.points[0] < i.points[0]);
  // A finger hides what it drags, so the sign floats 44 pixels above it.
  const { width, height } = await page.box("pad");
  const lift = supports("touch") ? (44 / height) * 1536 : 0;
  assert.ok(Math.abs(heart.points[0] - 0.75 * 2048) < 2048 / width + 1, `${heart.points}`);
  assert.ok(Math.abs(heart.points[1] - (0.7 * 1536 - lift)) < 1536 / height + 1, `${heart.points}`);
});

test("a sign that is let go beside the paper is not stamped", async (context) => {
  const { page } = await newArtist(context);
  await pick(page, "stamp");
  await page.tap("pen-done");
  const pad = await page.box("pad");
  await dragTo(page, "stamp-a", [pad.x + pad.width / 2, pad.y - 60]);
  await page.tap("stamp-b");
  await page.untilStrokes(1);
});

test("with the keyboard alone one types, moves and takes back", async (context) => {
  const { page, bot } = await newArtist(context, { size: sizes.desktop });
  await pick(page, "stamp");
  await page.tap("pen-done");
  await page.focus("stamp-a");
  await page.press("ArrowDown");
  await page.press("Enter"); // b
  await page.untilStrokes(1);
  await page.focus("pad");
  for (const key of ["o", "x", "Backspace", "Enter", "ArrowRight", "ArrowRight", "!"])
    await page.press(key);
  await page.untilStrokes(3);
  const [b, o, mark] = (await sendAndSee(page, bot)).strokes;
  assert.deepEqual(
    [b, o, mark].map((stroke) => String.fromCodePoint(stroke.stamp)),
    ["b", "o", "!"],
  );
  assert.equal(b.points[1], o.points[1]);
  assert.ok(mark.points[1] > o.points[1], "Enter begins a line");
  assert.ok(mark.points[0] > b.points[0], "arrows move on");
});
