/**
 * The feed on a slow phone: the time from the tap on a room until the screen is painted, the time
 * until 200 drawings are loaded, and how evenly a thousand of them scroll.
 */
import { named } from "./chromium.mjs";
import { p95, short, spread, table } from "./figures.mjs";
import { drawnAt, traced } from "./trace.mjs";

export const feedRooms = { some: "two-hundred", many: "thousand" };
export const counts = { some: 200, many: 1000 };
const rate = 6;
/** The speed at which a fast fling begins: about twenty drawings a second. */
const speed_px_s = 6000;
/** At 60 Hz. A frame that takes 1.5 times as long is late. */
const frame_ms = 1000 / 60;
const late_ms = 1.5 * frame_ms;

/**
 * Runs in the page: records the time of the tap, and from then on checks at each frame whether
 * every card on the screen is painted, the pad is ready and the newest drawing is shown. A card
 * that is not painted has no bitmap, or one of a canvas's initial size. The promise resolves when
 * the following frame begins: then the frame that shows everything is complete.
 */
function watchOpening(newest) {
  window.opened = new Promise((resolve) => {
    const shown = () => {
      const feed = document.querySelector('[data-test="feed"]');
      const pad = document.querySelector('[data-test="pad"][data-ready="true"]');
      if (feed === null || pad === null) return false;
      const { top, bottom } = feed.getBoundingClientRect();
      const cards = [...feed.querySelectorAll('[data-test="message"]')].filter((card) => {
        const box = card.getBoundingClientRect();
        return box.bottom > top && box.top < bottom;
      });
      const painted = cards.every(
        (card) => ![undefined, 0, 300].includes(card.querySelector("canvas")?.width),
      );
      return painted && cards.some((card) => Number(card.dataset.seq) === newest);
    };
    const tapped = (event) => {
      const began = event.timeStamp;
      const look = () => {
        if (shown()) requestAnimationFrame((now) => resolve(now - began));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    };
    window.addEventListener("pointerup", tapped, { capture: true, once: true });
  });
}

/** Runs in the page: the time until the first drawing is loaded, scrolling to the top at each frame. */
function scrollBackToFirst() {
  return new Promise((resolve) => {
    const began = performance.now();
    const look = () => {
      const feed = document.querySelector('[data-test="feed"]');
      feed.scrollTop = 0;
      if (feed.querySelector('[data-test="message"][data-seq="1"]') === null)
        requestAnimationFrame(look);
      else requestAnimationFrame((now) => resolve(now - began));
    };
    look();
  });
}

async function measureOpening(phone) {
  await phone.toLobby();
  await phone.page.evaluate(watchOpening, counts.some);
  await phone.slowDown(rate);
  await phone.calm();
  await phone.tap(`room-${feedRooms.some}`);
  const opened = await phone.page.evaluate(() => window.opened);
  await phone.calm();
  const all = await phone.page.evaluate(scrollBackToFirst);
  await phone.slowDown(1);
  return { opened, all };
}

/** Runs in the page: records the time of each frame until framesNoted() is called. */
function noteFrames() {
  const frames = [];
  let on = true;
  const note = (now) => {
    frames.push(now);
    if (on) requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
  window.framesNoted = () => {
    on = false;
    return frames;
  };
}

const steps = (times) => times.slice(1).map((time, i) => time - times[i]);

/** Turns a wheel evenly downwards over `distance` px of the feed. */
async function measureScroll(phone, distance) {
  const { x, y, width, height } = await (await phone.see("feed")).boundingBox();
  await phone.slowDown(rate);
  await phone.calm();
  await phone.page.evaluate(noteFrames);
  const events = await traced(phone.page, ["disabled-by-default-devtools.timeline.frame"], () =>
    phone.cdp.send("Input.synthesizeScrollGesture", {
      ...{ x: x + width / 2, y: y + height / 2, yDistance: -distance },
      ...{ speed: speed_px_s, gestureSourceType: "mouse", preventFling: true },
    }),
  );
  const frames = await phone.page.evaluate(() => window.framesNoted());
  await phone.slowDown(1);
  const main = steps(frames);
  const compositor = steps(drawnAt(events));
  return {
    main: p95(main),
    mainLate: (100 * main.filter((ms) => ms > late_ms).length) / main.length,
    drawn: p95(compositor),
    drawnLate: (100 * compositor.filter((ms) => ms > late_ms).length) / compositor.length,
    longest: Math.max(...main),
  };
}

async function measureScrolls(phone, repetitions) {
  await phone.toLobby();
  await phone.enter(feedRooms.many);
  await phone.tap("handle"); // lowers the pad
  await phone.see("message");
  await phone.page.evaluate(scrollBackToFirst);
  await phone.calm();
  const height = await phone.page.$eval(named("feed"), (feed) => {
    feed.scrollTop = 0;
    return feed.scrollHeight - feed.clientHeight;
  });
  const found = [];
  for (let i = 0; i < repetitions; ++i)
    found.push(await measureScroll(phone, Math.ceil(height / repetitions)));
  const atEnd = await phone.page.$eval(
    named("feed"),
    (feed) => (100 * (feed.scrollTop + feed.clientHeight)) / feed.scrollHeight,
  );
  return { found, height, atEnd };
}

const pick = (found, name) => found.map((one) => one[name]);

export async function measureFeed(phone, repetitions) {
  const openings = [];
  for (let i = 0; i < repetitions; ++i) openings.push(await measureOpening(phone));
  const { found, height, atEnd } = await measureScrolls(phone, repetitions);
  const rows = [
    [`room of ${counts.some}: tap to painted screen`, spread(pick(openings, "opened"), "ms")],
    [`room of ${counts.some}: back to the first drawing`, spread(pick(openings, "all"), "ms")],
    ["scroll: frame of the main thread, p95", spread(pick(found, "main"), "ms")],
    ["scroll: frames of the main thread over 25 ms", spread(pick(found, "mainLate"), "%")],
    ["scroll: longest frame of the main thread", spread(pick(found, "longest"), "ms")],
    ["scroll: frame of the compositor, p95", spread(pick(found, "drawn"), "ms")],
    ["scroll: frames of the compositor over 25 ms", spread(pick(found, "drawnLate"), "%")],
  ];
  return {
    budgets: [],
    text: [
      table([`at ${rate}×`, "found"], rows),
      `The scrolled list is ${short(height)} px high; ${short(atEnd)} % of it was scrolled.`,
    ].join("\n\n"),
  };
}
