// The pad in the hand: undo, clear, erase, copy, captions, blank paper, the mouse.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  test as named,
  newPersonIn,
  sizes,
  startBrowser,
  supports,
  unless,
  wave,
} from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";

/** A person alone in the main room. */
async function newArtist(context, options) {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  return newPersonIn(context, browser, colo, "main-chat", "Ana", options);
}

test("undo and redo, also over Clear", async (context) => {
  const page = await newArtist(context);
  await page.stroke(wave(1));
  await page.stroke(wave(2));
  await page.tap("tool-undo");
  await page.untilStrokes(1);
  await page.tap("tool-redo");
  await page.untilStrokes(2);
  await page.tap("tool-clear");
  await page.untilStrokes(0);
  await page.tap("tool-undo");
  await page.untilStrokes(2);
});

test("a blank drawing is not sent", async (context) => {
  const page = await newArtist(context);
  await page.tap("send");
  await page.untilText("hint", /Draw something first/);
  assert.deepEqual(await page.messages(), []);
});

test("Copy brings the last drawing, and a tapped one, onto the pad", async (context) => {
  const page = await newArtist(context);
  await page.stroke(wave(1));
  await page.stroke(wave(2));
  await page.tap("send");
  await page.untilSent(1);
  await page.untilStrokes(0);
  await page.stroke(wave(3));
  await page.tap("send");
  await page.untilSent(2);
  await page.untilStrokes(0);

  await page.tap("tool-copy");
  await page.untilStrokes(1);
  await page.tap("tool-undo");
  await page.untilStrokes(0);

  await page.choose(1);
  await page.tap("card-copy");
  await page.untilStrokes(2);
  await page.tap("tool-undo");
  await page.untilStrokes(0);
});

test("the eraser is a stroke, and the pen has sizes and colours", async (context) => {
  const page = await newArtist(context);
  await page.stroke(wave(1));
  await page.tap("tool-pen"); // the second tap opens its settings
  await page.see("pen-panel");
  await page.shot("pad-pen-panel");
  await page.tap('[data-test^="swatch-"]:nth-child(3)');
  await page.tap("pen-done");
  await page.unseen("pen-panel");
  await page.stroke(wave(2));
  await page.tap("tool-erase");
  await page.stroke(wave(4));
  await page.tap("send");
  const [sent] = await page.untilSent(1);
  assert.ok(sent.ink >= 60, `${sent.ink} points`);
});

test("the Caption pill and the keyboard send a caption", async (context) => {
  const page = await newArtist(context);
  await page.stroke(wave(1));
  await page.tap("caption-pill");
  await page.fill("caption-input", "by pill");
  await page.press("Enter");
  const [sent] = await page.untilSent(1);
  assert.equal(sent.caption, "by pill");
});

test("a second finger takes back the stroke that began by accident", {
  skip: unless("touch"),
}, async (context) => {
  const page = await newArtist(context);
  const [[x, y]] = await page.onPad([0.3, 0.5]);
  await page.pointer("touch", 1, [
    { does: "down", x, y },
    { does: "move", x: x + 20, y },
  ]);
  await page.pointer("touch", 2, [{ does: "down", x: x + 120, y: y + 40 }]);
  await page.pointer("touch", 1, [{ does: "move", x: x + 40, y }]);
  await page.pointer("touch", 2, [{ does: "up" }]);
  await page.pointer("touch", 1, [{ does: "up" }]);
  await page.stroke(wave(1)); // the pad works on
  assert.equal(await page.strokes(), 1);
});

test("pen, then palm", { skip: unless("pen") }, async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  const pressure = 0.8;
  await page.stroke(wave(1), { pointer: "pen", pressure });
  await page.see("tool-finger"); // a pen was seen
  await context.test("the palm does not draw", { skip: unless("touch") }, async () => {
    const [[x, y]] = await page.onPad([0.5, 0.5]);
    const palm = [
      { does: "down", x, y },
      { does: "move", x: x + 30, y: y + 10 },
    ];
    await page.pointer("touch", 1, palm);
    // The pen draws on while the palm lies there; a stroke of the palm would be the third.
    await page.stroke(wave(2), { pointer: "pen", pressure });
    await page.pointer("touch", 1, [{ does: "up" }]);
    await page.stroke(wave(3), { pointer: "pen", pressure });
    assert.equal(await page.strokes(), 3);
  });
  await context.test("the person lets the finger draw again", async () => {
    await page.tap("tool-finger");
    await page.stroke(wave(4));
  });
  const count = await page.strokes();
  await page.tap("send");
  const { drawing } = await bot.until((frame) => frame.message);
  assert.equal(drawing.strokes.length, count);
  const pressures = drawing.strokes[0].pressure ?? [];
  assert.equal(pressures.length, drawing.strokes[0].points.length / 2);
  if (supports("pressure"))
    assert.ok(
      pressures.every((one) => Math.abs(one - 255 * pressure) <= 2),
      `${pressures}`,
    );
});

test("on a desktop the mouse draws, and the keyboard reaches everything", async (context) => {
  const page = await newArtist(context, { size: sizes.desktop });
  await page.stroke(wave(1));
  const wanted = [
    ...["back", "people", "tool-pen", "tool-erase", "tool-undo", "tool-copy", "tool-clear"],
    ...["send", "caption-pill"],
  ];
  const reached = new Set();
  // No further than need be: beyond the page's last control lie the browser's own.
  for (let i = 0; i < 40 && !wanted.every((name) => reached.has(name)); ++i) {
    await page.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.dataset?.test ?? ""));
  }
  for (const name of wanted)
    assert.ok(reached.has(name), `Tab does not reach ${name}: ${[...reached].join(", ")}`);
  await page.focus("send");
  await page.press("Enter");
  await page.untilSent(1);
});

test("a long stroke looks the same under the finger and when it is lifted", async (context) => {
  const page = await newArtist(context);
  const spiral = Array.from({ length: 700 }, (_, i) => [
    0.5 + (0.05 + i / 1800) * Math.cos(i / 14),
    0.5 + (0.05 + i / 1800) * Math.sin(i / 14),
  ]);
  await page.stroke(spiral, { release: false });
  // All three layers on top of each other, as the eye sees them: where there is ink.
  const look = () =>
    page.evaluate((selector) => {
      const layers = [...document.querySelector(selector).parentElement.querySelectorAll("canvas")];
      const sheet = document.createElement("canvas");
      [sheet.width, sheet.height] = [layers[0].width, layers[0].height];
      const context = sheet.getContext("2d");
      for (const layer of layers) if (layer.width > 0) context.drawImage(layer, 0, 0);
      const { data } = context.getImageData(0, 0, sheet.width, sheet.height);
      const ink = [];
      for (let i = 3; i < data.length; i += 4) if (data[i] > 127) ink.push(i);
      return { ink, settled: layers[1].width };
    }, named("pad"));
  await page.until((selector) => {
    const [, settled] = document.querySelector(selector).parentElement.querySelectorAll("canvas");
    return settled.width > 0;
  }, named("pad"));
  await page.until(() => new Promise((drawn) => requestAnimationFrame(() => drawn(true))));
  const live = await look();
  await page.lift();
  await page.untilStrokes(1);
  await page.until((selector) => {
    const [, settled] = document.querySelector(selector).parentElement.querySelectorAll("canvas");
    return settled.width === 0;
  }, named("pad"));
  const done = await look();
  assert.ok(live.settled > 0 && done.settled === 0);
  const before = new Set(live.ink);
  const changed = done.ink.filter((at) => !before.delete(at)).length + before.size;
  assert.ok(
    changed < done.ink.length * 0.02,
    `${changed} of ${done.ink.length} dots changed when the finger was lifted`,
  );
});
