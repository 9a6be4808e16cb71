// A reader on the way up through a long feed, who sees whether anything jumps.
import assert from "node:assert/strict";
import { test as named } from "../harness/browser.mjs";

/** So many cards may be in the page at once. */
export const alive_max = 40;

/**
 * Scrolls from the newest drawing of the feed to its first one, and gives the seqs of
 * all drawings that were shown on the way, in order. What is in view must go
 * exactly as far as it was scrolled, and never may too many cards be alive.
 * @param {{steps?: number[]}} [how] `steps`: how far to scroll at once, in turn
 */
export async function seqsOnTheWayUp(page, { steps = [280] } = {}) {
  await page.scrollFeed("newest");
  return seqsOnTheWay(
    page,
    steps.map((step) => -step),
  );
}

/** The same from the first drawing that is loaded to the newest one. */
export async function seqsOnTheWayDown(page, { steps = [280] } = {}) {
  await page.scrollFeed("first");
  return seqsOnTheWay(page, steps);
}

async function seqsOnTheWay(page, steps) {
  const seqs = new Set();
  for (let there = false, idle = 0; !there && idle < 20; ) {
    const seen = await page.evaluate(scrollAWhile, named("feed"), steps);
    for (const seq of seen.seqs) seqs.add(seq);
    assert.ok(seen.jump <= 2, `what was in view jumped by ${seen.jump} px`);
    assert.ok(seen.alive <= alive_max, `${seen.alive} cards were alive at once`);
    there = seen.there;
    idle = seen.scrolled !== 0 ? 0 : idle + 1;
  }
  return [...seqs].sort((a, b) => a - b);
}

/** Runs in the page. */
async function scrollAWhile(selector, steps) {
  const feed = document.querySelector(selector);
  const box = feed.getBoundingClientRect();
  const cards = () => [...feed.querySelectorAll("[data-seq]")];
  const topOf = (card) => card.getBoundingClientRect().top;
  const inView = (card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return bottom > box.top && top < box.bottom;
  };
  const painted = () => new Promise((tell) => requestAnimationFrame(() => setTimeout(tell)));
  const seqs = new Set();
  const seen = { alive: 0, jump: 0, scrolled: 0, there: false };
  for (let turn = 0; turn < 40 && !seen.there; ++turn) {
    const before = cards()
      .filter(inView)
      .map((card) => [card, topOf(card)]);
    const from = feed.scrollTop;
    feed.scrollTop = from + steps[turn % steps.length];
    const scrolled = feed.scrollTop - from;
    await painted();
    seen.scrolled += scrolled;
    for (const [card, top] of before)
      if (card.isConnected && inView(card))
        seen.jump = Math.max(seen.jump, Math.abs(topOf(card) - top + scrolled));
    for (const card of cards()) seqs.add(Number(card.dataset.seq));
    seen.alive = Math.max(seen.alive, cards().length);
    const goal = Number(steps[0] < 0 ? feed.dataset.first : feed.dataset.last);
    const end = steps[0] < 0 ? 0 : feed.scrollHeight - feed.clientHeight;
    const complete = steps[0] > 0 || goal === 1;
    seen.there = complete && Math.abs(feed.scrollTop - end) < 1 && seqs.has(goal);
  }
  return { ...seen, seqs: [...seqs] };
}
