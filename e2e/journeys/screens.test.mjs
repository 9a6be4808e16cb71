// Every screen in every size people hold: nothing cut off, nothing that axe-core
// objects to, in light and dark. Pictures of each are kept in e2e/shots.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { engine, newPage, sizes, startBrowser, supports, wave } from "../harness/browser.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Waits until nothing moves: what fades in has no contrast to speak of yet. */
function untilStill(page) {
  return page.until(() => document.getAnimations().every((one) => one.playState !== "running"));
}

async function check(page, name) {
  await untilStill(page);
  await page.shot(`screen-${engine}-${name}`);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  );
  assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`);
  if (!supports("axe")) return;
  await page.script(axe);
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run();
    return found.violations.map(
      (one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`,
    );
  });
  assert.deepEqual(violations, [], name);
}

for (const [size, viewport] of Object.entries(sizes)) {
  for (const scheme of ["light", "dark"]) {
    test(`${size}, ${scheme}`, async (context) => {
      const colo = await startColo(context, {
        config: `${usualConfig}\n[[room]]\nid = "long"\nname = "${"A very long room name, ".repeat(2)}"\ndescription = "${"And much to say about it. ".repeat(7)}"\n`,
      });
      const browser = await startBrowser(context, { scheme });
      const page = await newPage(context, browser, colo.url, { name: size, size: viewport });
      await page.see("submit");
      await check(page, `${size}-${scheme}-sign-in`);
      await page.register("Anastasia von Rabenstein");
      await page.see("room-main-chat");
      await check(page, `${size}-${scheme}-lobby`);
      await page.tap("about");
      await page.see("about-panel");
      await check(page, `${size}-${scheme}-about`);
      await page.tap("about-close");
      await page.unseen("about-panel");
      await page.enter("scratch");
      await check(page, `${size}-${scheme}-room-empty`);
      await page.tap("back");
      await page.enter("main-chat");

      const ben = await newPhoneIn(context, colo, "main-chat");
      await ben.draw("main-chat");
      await ben.draw("main-chat", {
        caption: "A caption of some length, so that it wraps ".repeat(4),
      });
      await page.stroke(wave(1));
      await page.stroke(wave(5));
      await page.tap("send");
      await page.untilSent(3);
      await page.stroke(wave(2));
      await check(page, `${size}-${scheme}-room`);
      await page.tap("caption-pill");
      await page.see("caption-input");
      await check(page, `${size}-${scheme}-caption`);
      await page.tap("caption-close");
      await page.tap("people");
      await page.see("people-list");
      await check(page, `${size}-${scheme}-people`);
      await page.press("Escape");
      await page.unseen("people-list");
      await page.tap("tool-pen");
      await page.see("pen-panel");
      await check(page, `${size}-${scheme}-pen`);
      await page.tap("kind-rainbow");
      await check(page, `${size}-${scheme}-rainbow`);
      await page.tap("kind-stamp");
      await page.tap("pen-done");
      await page.see("stamp-keys");
      await check(page, `${size}-${scheme}-stamps`);
      if (
        await page.evaluate(() => document.querySelector('[data-test="handle"]').offsetHeight > 0)
      ) {
        await page.tap("handle");
        await page.until(() => {
          const send = document.querySelector('[data-test="send"]');
          return getComputedStyle(send).visibility === "hidden";
        });
        await check(page, `${size}-${scheme}-lowered`);
        await page.tap("handle");
      }
      await page.tap("tool-pen");
      await page.tap("kind-pen");
      await page.tap("pen-done");
      await page.unseen("stamp-keys");
      await page.choose(3);
      await page.see("card-copy");
      await check(page, `${size}-${scheme}-chosen`);
      await page.tap("card-delete");
      await page.see("card-delete-no");
      await check(page, `${size}-${scheme}-delete`);
    });
  }
}
