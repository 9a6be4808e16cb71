// Reading the feed while others go on drawing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { test as named, newPersonIn, startBrowser } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";

const scrolled = (page) =>
  page.evaluate((selector) => document.querySelector(selector).scrollTop, named("feed"));

test("who reads further up is told of new drawings and not moved", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  for (let i = 0; i < 10; ++i) await bot.draw("main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilSent(10);
  await page.evaluate(async (selector) => {
    const feed = document.querySelector(selector);
    const scrolled = new Promise((tell) => feed.addEventListener("scroll", tell, { once: true }));
    feed.scrollTop = 300;
    await scrolled;
  }, named("feed"));

  await bot.draw("main-chat");
  await bot.draw("main-chat");
  await page.untilText("new-drawings", /2 new drawings/);
  assert.equal(await scrolled(page), 300);
  await page.shot("feed-new-drawings");

  await page.tap("new-drawings");
  await page.unseen("new-drawings");
  await page.until((selector) => {
    const feed = document.querySelector(selector);
    return feed.scrollHeight - feed.scrollTop - feed.clientHeight < 2;
  }, named("feed"));
});

test("what can be done with a tapped drawing comes into view", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  for (let i = 0; i < 6; ++i) await bot.draw("main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilSent(6);
  // The third drawing ends right at the feed's lower edge.
  await page.evaluate((selector) => {
    const feed = document.querySelector(selector);
    const card = feed.querySelectorAll('[data-test="message"]')[2];
    feed.scrollTop += card.getBoundingClientRect().bottom - feed.getBoundingClientRect().bottom;
  }, named("feed"));
  await page.choose(3);
  await page.until(() => {
    const feed = document.querySelector('[data-test="feed"]').getBoundingClientRect();
    const copy = document.querySelector('[data-test="card-copy"]')?.getBoundingClientRect();
    return copy !== undefined && copy.bottom <= feed.bottom;
  });
});

test("who is at the end stays there as drawings come", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  for (let i = 1; i <= 8; ++i) {
    await bot.draw("main-chat", { caption: `number ${i}` });
    await page.untilSent(i);
    await page.until((selector) => {
      const feed = document.querySelector(selector);
      return feed.scrollHeight - feed.scrollTop - feed.clientHeight < 2;
    }, named("feed"));
  }
});
