// Where the keyboard is when what it was at is gone: close by, and never nowhere.
import { test } from "node:test";
import { newPersonIn, startBrowser, wave } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";

const isAt = (page, name) =>
  page.until((wanted) => document.activeElement?.getAttribute("data-test") === wanted, name);

async function newArtist(context) {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  return newPersonIn(context, browser, colo, "main-chat", "Ana");
}

test("what closes gives the focus back", async (context) => {
  const page = await newArtist(context);
  await page.tap("tool-pen");
  await page.see("pen-panel");
  await page.press("Escape");
  await page.unseen("pen-panel");
  await isAt(page, "tool-pen");
  await page.tap("tool-pen");
  await page.tap("pen-done");
  await page.unseen("pen-panel");
  await isAt(page, "tool-pen");
  await page.tap("people");
  await page.see("people-list");
  await page.press("Escape");
  await page.unseen("people-list");
  await isAt(page, "people");
  await page.tap("caption-pill");
  await page.see("caption-input");
  await page.press("Escape");
  await page.unseen("caption-input");
  await isAt(page, "send");
});

test("sending by Enter and taking it back by Enter", async (context) => {
  const page = await newArtist(context);
  await page.stroke(wave(1));
  await page.tap("caption-pill");
  await page.fill("caption-input", "a wave");
  await page.press("Enter");
  await page.untilSent(1);
  await isAt(page, "send");
  await page.focus("unsend");
  await page.press("Enter");
  await page.unseen("unsend");
  await isAt(page, "tool-pen");
});

test("Tab stays in the page about this page while it is open", async (context) => {
  const page = await newArtist(context);
  await page.tap("back");
  await page.see("about");
  await page.focus("about");
  await page.press("Enter");
  await page.see("about-panel");
  await page.press("Tab");
  await isAt(page, "about-close");
  await page.press("Tab");
  await isAt(page, "about-close");
  await page.press("Escape");
  await page.unseen("about-panel");
  await isAt(page, "about");
});
