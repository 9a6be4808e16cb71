// The page without its server. 127.0.0.1 counts as a secure origin, so that a
// service worker keeps the page here, as it does behind https.
import assert from "node:assert/strict";
import { test } from "node:test";
import { test as named, newPage, newPersonIn, startBrowser, wave } from "../harness/browser.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";

/** The page and its files are kept from now on. */
const untilKept = (page) =>
  page.until(() => {
    navigator.serviceWorker.ready.then(({ active }) => {
      window.kept = active?.state === "activated";
    });
    return window.kept === true;
  });

test("a page without network opens, says so, and one can go on drawing", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await untilKept(ana);
  await ana.stroke(wave(1));
  await colo.kill();
  await ana.see("banner");
  await ana.reload();

  await ana.see("pad");
  await ana.untilStrokes(1);
  await ana.untilText("banner", /cannot be reached/);
  await ana.untilText("empty", /waits here/);
  await ana.shot("offline-room");
  await ana.tap("send");
  await ana.until(() => document.querySelector('[data-state="waiting"]') !== null);
  await ana.untilStrokes(0);

  // The lobby, too, and another room.
  await ana.tap("back");
  await ana.untilText("away", /kept here/);
  await ana.shot("offline-lobby");
  await ana.enter("scratch");
  await ana.stroke(wave(2));

  // What waits survives one more time without network.
  await ana.reload();
  await ana.see("pad");
  await ana.untilStrokes(1);
  await ana.tap("back");
  await ana.enter("main-chat");
  await ana.until(() => document.querySelector('[data-state="waiting"]') !== null);

  await colo.restart({ port: colo.port });
  await ana.see("username");
  assert.match(await ana.text("notice"), /sign in again/);
  await ana.signIn("Ana");
  await ana.untilCount(1);
  const [sent] = await ana.messages();
  assert.equal(sent.seq, 1);
  assert.equal(sent.state, "sent");
  await ana.tap("back");
  await ana.enter("scratch");
  await ana.untilStrokes(1);
});

test("without network nobody is taken for somebody who signed out", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const page = await newPage(context, browser, colo.url);
  await page.register("Ana");
  await page.see("room-main-chat");
  await untilKept(page);
  await page.tap("sign-out");
  await page.see("submit");
  await colo.kill();
  await page.reload();
  await page.see("submit");
  await page.fill("username", "Ana");
  await page.fill("password", "correct horse battery");
  await page.tap("submit");
  await page.until(() => /cannot be reached/.test(document.body.innerText));
});

test("what this address cannot do is told in one place", async (context) => {
  const colo = await startColo(context, {
    config: `[server]\nhosts = ["colo.test"]\n${usualConfig}`,
  });
  const browser = await startBrowser(context, { hosts: "colo.test" });
  const here = await newPage(context, browser, colo.url, { name: "here" });
  await here.register("Ana");
  await here.tap("about");
  await here.untilText("about-all", /works at this address/);
  await here.shot("about-everything");
  await here.press("Escape");
  await here.unseen("about-panel");

  const plain = await newPage(context, browser, `http://colo.test:${colo.port}`, { name: "plain" });
  await plain.register("Ben");
  await plain.tap("about");
  await plain.untilText("about-lacks", /open without network/);
  await plain.untilText("about-panel", /https/);
  await plain.shot("about-plain-http");
  await plain.tap("about-close");
  await plain.unseen("about-panel");
  assert.equal(
    await plain.evaluate((selector) => document.activeElement?.matches(selector), named("about")),
    true,
  );
});
