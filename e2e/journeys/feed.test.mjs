// Reading the feed while others go on drawing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { test as named, newPersonIn, startBrowser } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";
import { alive_max, seqsOnTheWayDown, seqsOnTheWayUp } from "./scrolling.mjs";

const untilEnd = (page) =>
  page.until((selector) => {
    const feed = document.querySelector(selector);
    return feed.scrollHeight - feed.scrollTop - feed.clientHeight < 2;
  }, named("feed"));

/** Whether the drawing with this seq lies in view, wholly or in part. */
const inView = (page, seq) =>
  page.until((wanted) => {
    const feed = document.querySelector('[data-test="feed"]').getBoundingClientRect();
    const card = document.querySelector(`[data-seq="${wanted}"]`)?.getBoundingClientRect();
    return card !== undefined && card.bottom > feed.top && card.top < feed.bottom;
  }, seq);

test("who reads further up is told of new drawings and not moved", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  for (let i = 0; i < 10; ++i) await bot.draw("main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilCount(10);
  await page.evaluate((selector) => {
    document.querySelector(selector).scrollTop = 300;
  }, named("feed"));
  await inView(page, 2);
  // Not scrollTop: lines above that were guessed are measured now, and made up for.
  const top = () =>
    page.evaluate(() => document.querySelector('[data-seq="2"]').getBoundingClientRect().top);
  const before = await top();

  await bot.draw("main-chat");
  await bot.draw("main-chat");
  await page.untilText("new-drawings", /2 new drawings/);
  assert.ok(Math.abs((await top()) - before) <= 2, `${before} → ${await top()}`);
  await page.shot("feed-new-drawings");

  await page.tap("new-drawings");
  await page.unseen("new-drawings");
  await untilEnd(page);
});

test("what can be done with a tapped drawing comes into view", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  for (let i = 0; i < 6; ++i) await bot.draw("main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilCount(6);
  // The third drawing ends right at the feed's lower edge.
  await page.until(() => {
    const feed = document.querySelector('[data-test="feed"]');
    const card = feed.querySelector('[data-seq="3"]');
    if (card === null) feed.scrollTop = 0;
    return card !== null;
  });
  await page.evaluate(() => {
    const feed = document.querySelector('[data-test="feed"]');
    const card = feed.querySelector('[data-seq="3"]');
    feed.scrollTop += card.getBoundingClientRect().bottom - feed.getBoundingClientRect().bottom;
  });
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
    await page.untilCount(i);
    await untilEnd(page);
  }
});

test("three thousand drawings: few are alive, none is missing, nothing jumps", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const count = 3000;
  const posted = [];
  for (let i = 1; i <= count; ++i) {
    // Captions of all lengths make cards of all heights.
    const caption = i % 3 === 0 ? `number ${i} `.repeat(1 + (i % 17)) : "";
    posted.push(bot.draw("main-chat", { caption }));
    if (posted.length === 100) await Promise.all(posted.splice(0));
  }
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.until((wanted) => document.querySelector(`[data-seq="${wanted}"]`) !== null, count);
  await page.shot("feed-three-thousand");
  assert.deepEqual(
    await seqsOnTheWayUp(page, { steps: [150, 1800] }),
    Array.from({ length: count }, (_, i) => i + 1),
  );
  // And down again.
  assert.deepEqual(
    await seqsOnTheWayDown(page, { steps: [150, 1800] }),
    Array.from({ length: count }, (_, i) => i + 1),
  );
  await inView(page, count);
  const alive = await page.evaluate(() => document.querySelectorAll("[data-seq]").length);
  assert.ok(alive <= alive_max, `${alive} alive`);
});

test("what was missed begins with a mark, where the feed opens", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  for (let i = 0; i < 10; ++i) await bot.draw("main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await inView(page, 10);
  assert.equal(await page.sees("left-off"), false);
  await page.tap("back");
  await page.see("room-main-chat");
  for (let i = 0; i < 8; ++i) await bot.draw("main-chat", { caption: "while Ana was away" });

  await page.enter("main-chat");
  await page.see("left-off");
  await inView(page, 11);
  await page.untilText("new-drawings", /8 new drawings/);
  await page.shot("feed-left-off");
  await page.reload(); // not seen to the end yet
  await page.see("left-off");
  await page.tap("new-drawings");
  await untilEnd(page);
  await page.reload();
  await inView(page, 18);
  assert.equal(await page.sees("left-off"), false);
});

test("whatever changes its height above, what is in view stays", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  for (let i = 0; i < 12; ++i) await bot.draw("main-chat", { caption: `${i} ${"and ".repeat(i)}` });
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilCount(12);
  await page.until(() => {
    const feed = document.querySelector('[data-test="feed"]');
    const card = feed.querySelector('[data-seq="7"]');
    if (card === null) feed.scrollTop -= 200;
    else feed.scrollTop += card.getBoundingClientRect().top - feed.getBoundingClientRect().top - 40;
    // The one above comes to life a frame later.
    return card !== null && feed.querySelector('[data-seq="6"]') !== null;
  });
  const top = () =>
    page.evaluate(() => document.querySelector('[data-seq="7"]').getBoundingClientRect().top);
  const before = await top();
  // A card above grows, as one whose actions are opened does.
  await page.evaluate(() => {
    const card = document.querySelector('[data-seq="6"]');
    card.style.paddingTop = "90px";
    return new Promise((tell) => requestAnimationFrame(() => requestAnimationFrame(tell)));
  });
  assert.ok(Math.abs((await top()) - before) <= 2, `${before} → ${await top()}`);
  // The pad goes down and comes up again.
  for (const open of ["false", "true"]) {
    await page.tap("handle");
    await page.until((wanted) => {
      const handle = document.querySelector('[data-test="handle"]');
      const still = document.getAnimations().every((one) => one.playState !== "running");
      return still && handle.getAttribute("aria-expanded") === wanted;
    }, open);
    assert.ok(Math.abs((await top()) - before) <= 2, `${before} → ${await top()}`);
  }
});

test("Page Up and Down go from card to card, and the card in hand stays alive", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  for (let i = 0; i < 45; ++i) await bot.draw("main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilCount(45);
  await page.evaluate(() => document.querySelector('[data-seq="45"]').focus());
  const focused = () => page.evaluate(() => Number(document.activeElement?.dataset.seq));
  for (let i = 0; i < 20; ++i) await page.press("PageUp");
  assert.equal(await focused(), 25);
  await inView(page, 25);
  await page.press("PageDown");
  assert.equal(await focused(), 26);
  // Scrolled far away, the focused card is still there.
  await page.scrollFeed("newest");
  await inView(page, 45);
  assert.equal(await focused(), 26);
  await page.press("Home");
  assert.equal(await focused(), 1);
  await inView(page, 1);
  await page.press("End");
  assert.equal(await focused(), 45);
  await page.press("Enter");
  await page.see("card-copy");
  await page.press("Control+End");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.test), "tool-pen");
});
