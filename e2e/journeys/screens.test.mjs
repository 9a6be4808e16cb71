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

/** The account, with all that can be opened in it; from the lobby and back. */
async function checkAccount(page, name) {
  await page.tap("account");
  await page.see("invites-none");
  await page.see("device");
  await check(page, `${name}-account`);
  await page.tap("invite-new");
  await page.see("invite-form");
  await check(page, `${name}-invite`);
  await page.tap("invite-make");
  await page.see("qr");
  await check(page, `${name}-invite-made`);
  await page.tap("invite-revoke");
  await page.see("invite-revoke-no");
  await check(page, `${name}-invite-revoke`);
  await page.tap("invite-revoke-no");
  await page.tap("password-open");
  await page.tap("password-submit");
  await page.see("password-error");
  await check(page, `${name}-password`);
  await page.tap("password-close");
  await page.tap("leave-open");
  await page.tap("leave-keep");
  await page.fill("leave-password", "a password");
  await check(page, `${name}-leave`);
  await page.tap("leave-submit");
  await page.see("leave-yes");
  await check(page, `${name}-leave-really`);
  await page.tap("leave-no");
  await page.tap("back");
  await page.see("room-main-chat");
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
      const [, setUp] = await colo.untilSaid(/(#\/setup\/[\w-]+)/);
      await page.evaluate((hash) => {
        location.hash = hash;
      }, setUp);
      await page.see("notice");
      await check(page, `${size}-${scheme}-set-up`);
      await page.register("Anastasia von Rabenstein");
      await page.see("link-opened");
      await check(page, `${size}-${scheme}-link-opened`);
      await page.tap("link-opened-close");
      await page.unseen("link-opened");
      await page.see("room-main-chat");
      await check(page, `${size}-${scheme}-lobby`);
      await page.tap("about");
      await page.see("about-panel");
      await check(page, `${size}-${scheme}-about`);
      await page.tap("about-close");
      await page.unseen("about-panel");
      await checkAccount(page, `${size}-${scheme}`);
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
      // As if another tab had signed in as somebody else.
      await page.evaluate(() => {
        localStorage.setItem("colo.session", "unknown Benedikt von und zu Fels");
        window.dispatchEvent(new Event("storage"));
      });
      await page.see("other-person");
      await check(page, `${size}-${scheme}-other-person`);
    });
  }
}
