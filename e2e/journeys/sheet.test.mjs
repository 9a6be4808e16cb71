// The sheet with the pad: pulled down to read, and up again to draw.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPersonIn, startBrowser, wave } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";

const lowered = (page, is) =>
  page.until((wanted) => {
    const handle = document.querySelector('[data-test="handle"]');
    const still = document.getAnimations().every((one) => one.playState !== "running");
    return still && handle.getAttribute("aria-expanded") === String(!wanted);
  }, is);

async function newArtist(context) {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  return newPersonIn(context, browser, colo, "main-chat", "Ana");
}

test("the sheet follows the finger, and stays where it is let go", async (context) => {
  const page = await newArtist(context);
  const top = () =>
    page.evaluate(() => document.querySelector('[data-test="handle"]').getBoundingClientRect().top);
  const open = await top();
  await page.drag("handle", [0, 90], { letGo: false });
  await page.until((from) => {
    const now = document.querySelector('[data-test="handle"]').getBoundingClientRect().top;
    return Math.abs(now - from - 90) <= 2;
  }, open);
  await page.letGo();
  await page.drag("handle", [0, 400]);
  await lowered(page, true);
  await page.shot("sheet-lowered");
  await page.drag("handle", [0, -400]);
  await lowered(page, false);
  assert.ok(Math.abs((await top()) - open) <= 1);
});

test("a tap and the keyboard move it, too", async (context) => {
  const page = await newArtist(context);
  await page.tap("handle");
  await lowered(page, true);
  await page.tap("handle");
  await lowered(page, false);
  await page.evaluate(() => document.querySelector('[data-test="handle"]').focus());
  await page.press("Enter");
  await lowered(page, true);
  // Nothing of it is left for Tab: also where `inert` is not known.
  await page.until(() => {
    const send = document.querySelector('[data-test="send"]');
    return getComputedStyle(send).visibility === "hidden";
  });
  await page.press("Escape");
  await lowered(page, true);
  await page.press("Enter");
  await lowered(page, false);
  await page.until(() => {
    const send = document.querySelector('[data-test="send"]');
    return getComputedStyle(send).visibility === "visible";
  });
});

test("pulling the tools down lowers it, and means no button", async (context) => {
  const page = await newArtist(context);
  await page.stroke(wave(1));
  await page.drag("tool-clear", [0, 330]);
  await lowered(page, true);
  await page.tap("handle");
  await lowered(page, false);
  assert.equal(await page.strokes(), 1);
  // Sideways is no pull, and a tap still a tap.
  await page.drag("tool-copy", [-60, 10]);
  await lowered(page, false);
  await page.tap("tool-clear");
  await page.untilStrokes(0);
});
