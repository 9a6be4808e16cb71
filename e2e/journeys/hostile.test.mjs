// Hostile captions and names are shown to the letter: nothing of them runs, and the
// page's policy has nothing to report.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, test as sel, startBrowser } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { newClientId } from "../harness/drawings.mjs";
import { classics, hostileStrings, isText } from "../harness/hostile.mjs";
import { newKey, newPhoneIn, Phone } from "../harness/phone.mjs";

const seed = Number(process.env.COLO_SEED ?? 20_261_122);
const room = "main-chat";

/** What the server takes for a caption that shows something. */
const isCaption = (text) =>
  text.isWellFormed() &&
  [...text].length <= 280 &&
  text !== "" &&
  !/[\p{Cc}\p{Zl}\p{Zp}\u202d\u202e]/u.test(text);

/** Names that mean something to a program. */
const names = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  "true",
  "0",
  "-1",
  "..",
  "a.b.c",
  "script",
  "العربية",
  "עברית-abc",
  "Z\u0300\u0316\u0300\u0316algo",
  "1e309",
].filter((name) => name.length >= 2 && /[\p{L}\p{N}]/u.test(name));

/** Listens for what a policy forbids, and for anything that ran. */
function listen() {
  window.heard = [];
  for (const what of ["securitypolicyviolation", "error", "unhandledrejection"])
    window.addEventListener(what, (event) => {
      const said = event.violatedDirective ?? event.message ?? event.reason;
      // A notice of the engine's own: those sizes are told with the next frame.
      if (!`${said}`.startsWith("ResizeObserver loop")) window.heard.push(`${what}: ${said}`);
    });
  window.alert = () => window.heard.push("alert");
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        for (const bad of [node, ...(node.querySelectorAll?.("*") ?? [])])
          if (/^(script|iframe|base|meta|object|embed|style)$/i.test(bad.nodeName))
            window.heard.push(`<${bad.nodeName}> appeared`);
  }).observe(document.body, { childList: true, subtree: true });
}

/** The last captions of the feed, when the last of them is `last`. */
function lastCaptions(selector, count, last) {
  const cards = [...document.querySelectorAll(selector)].slice(-count);
  const captions = cards.map(
    (card) => card.querySelector('[data-test="caption-text"]')?.textContent ?? "",
  );
  return captions.length === count && captions.at(-1) === last && captions;
}

test("hostile captions and names are shown to the letter", async (t) => {
  t.diagnostic(`COLO_SEED=${seed}`);
  const colo = await startColo(t);
  const browser = await startBrowser(t);
  const page = await newPage(t, browser, colo.url, { name: "Ana" });
  await page.register("Ana");
  await page.enter(room);
  await page.evaluate(listen);

  const sender = await newPhoneIn(t, colo, room);
  const made = hostileStrings(2400, seed).filter(isText);
  const captions = [...new Set([...classics, ...made.map(({ text }) => text)])]
    .filter(isCaption)
    .slice(0, 300);
  assert.equal(captions.length, 300);
  const turn = 3;
  for (let begin = 0; begin < captions.length; begin += turn) {
    const sent = captions.slice(begin, begin + turn);
    for (const caption of sent) await sender.draw(room, { caption });
    assert.deepEqual(await page.until(lastCaptions, sel("message"), turn, sent.at(-1)), sent);
  }

  for (const name of names) {
    const phone = await new Phone(colo, { name }).register();
    t.after(() => phone.hangUp());
    await phone.connect();
    await phone.join(room);
    await phone.draw(room, { caption: `by ${name}` });
    await page.until(lastCaptions, sel("message"), 1, `by ${name}`);
    const last = (await page.messages()).at(-1);
    assert.equal(last.author, name.normalize("NFC"));
    phone.hangUp();
  }

  // And as a page has it that comes later.
  await page.reload();
  await page.untilReady();
  await page.evaluate(listen);
  await page.scrollFeed("first");
  await page.scrollFeed("last");
  assert.deepEqual(await page.evaluate(() => window.heard), []);
  assert.equal(await page.evaluate(() => window.hostile), undefined);
});

test("two accounts that used one client_id and left are two cards", async (t) => {
  const colo = await startColo(t);
  const clientId = newClientId();
  for (const caption of ["by the first", "by the second"]) {
    const phone = await newPhoneIn(t, colo, room);
    await phone.draw(room, { caption, clientId });
    const json = { password: phone.password, drawings: "keep" };
    assert.equal((await phone.call("DELETE", "/api/me", { key: newKey(), json })).status, 204);
  }

  const browser = await startBrowser(t);
  const page = await newPage(t, browser, colo.url, { name: "Ana" });
  await page.register("Ana");
  await page.enter(room);
  const captions = await page.until(lastCaptions, sel("message"), 2, "by the second");
  assert.deepEqual(captions, ["by the first", "by the second"]);
});
