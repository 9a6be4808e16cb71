// What can be done with a drawing in the feed, and with one that was just sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { test as named, newPersonIn, startBrowser, wave } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { drawing, stroke } from "../harness/drawings.mjs";
import { newPhoneIn } from "../harness/phone.mjs";

/** Three strokes, one after the other; the middle one takes `ms`. */
const sketch = (ms) =>
  drawing({
    strokes: [
      stroke({ points: zigzag(300, 300), pressure: [] }),
      stroke({
        points: zigzag(300, 700),
        pressure: [],
        startMs: 700,
        durationMs: ms,
        rgb: 0xe5322d,
      }),
      stroke({ points: zigzag(300, 1100), pressure: [], startMs: 800 + ms, rgb: 0x1fa84a }),
    ],
  });
const zigzag = (x, y) => [
  x,
  y,
  ...Array.from({ length: 60 }, (_, i) => [24, i % 20 < 10 ? 14 : -14]).flat(),
];

/** How many of the room's drawings this page shows. */
const untilCount = (page, count) =>
  page.until(
    (selector, wanted) => document.querySelectorAll(selector).length === wanted,
    named("message"),
    count,
  );
const state = (page, name, key) =>
  page.evaluate(
    (selector, wanted) => document.querySelector(selector)?.dataset[wanted],
    named(name),
    key,
  );

test("a drawing is drawn again in its own rhythm, and can be stopped", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const { seq } = await bot.draw("main-chat", { drawing: sketch(2500), caption: "hills" });
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilSent(1);
  await page.choose(seq);
  await page.see("card-actions");
  await page.shot("actions");

  await page.tap("card-replay");
  await page.until(
    (selector) => document.querySelector(selector)?.dataset.strokes === "1",
    named("replay"),
  );
  assert.equal(await state(page, "replay", "state"), "running");
  await page.tap("replay-stop");
  await page.unseen("replay");

  // Faster, to its end.
  await page.tap("card-replay");
  await page.tap("replay-speed-4");
  await page.until(
    (selector) => document.querySelector(selector)?.dataset.strokes === "3",
    named("replay"),
  );
  await page.unseen("replay");

  // A tap on the picture stops it, and does not close the actions.
  await page.tap("card-replay");
  await page.see("replay");
  await page.choose(seq);
  await page.unseen("replay");
  await page.see("card-actions");
});

test("by keyboard: Enter opens the actions, Escape goes back step by step", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  await bot.draw("main-chat", { drawing: sketch(20_000) });
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilSent(1);
  const focused = (wanted) => page.until((name) => document.activeElement?.matches(name), wanted);
  await page.evaluate((selector) => document.querySelector(selector).focus(), ".picture");
  await page.press("Enter");
  await page.see("card-actions");
  await page.press("Tab");
  await focused(named("card-replay"));
  await page.press("Enter");
  await page.see("replay");
  await focused(named("replay-stop"));
  await page.press("Escape");
  await page.unseen("replay");
  await focused(named("card-replay"));
  await page.press("Escape");
  await page.unseen("card-actions");
  await focused(".picture");
});

test("a remix says whose it came from, and leads to the original far up", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const original = await bot.draw("main-chat", { drawing: sketch(100), caption: "the original" });
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  const ben = await newPersonIn(context, browser, colo, "main-chat", "Ben");
  await ana.untilSent(1);
  await ana.choose(original.seq);
  await ana.tap("card-copy");
  await ana.untilStrokes(3);
  await ana.stroke(wave(1));
  // It stays a remix when the page is loaded anew.
  await ana.reload();
  await ana.untilStrokes(4);
  await ana.tap("send");
  const [, sent] = await ana.untilSent(2);
  await ana.untilText("remix-of", new RegExp(bot.name));
  await ben.untilSent(2);
  await ben.untilText("remix-of", new RegExp(bot.name));
  const alt = (await ben.messages()).find((one) => one.seq === sent.seq).alt;
  assert.match(alt, new RegExp(`Drawing by Ana, after ${bot.name}`));
  await ben.shot("remix");

  // Everybody comes anew, and the original is pages away.
  for (let i = 0; i < 140; ++i) bot.line.post("main-chat");
  for (let i = 0; i < 140; ++i) await bot.until((f) => f.accepted);
  const again = await bot.draw("main-chat", { remixOf: original.seq, drawing: sketch(100) });
  const isThere = (wanted) => document.querySelector(wanted) !== null;
  // Seen to the end: a page that had not shown all of it would open where it left off.
  await ben.until(isThere, `[data-seq="${again.seq}"]`);
  await ben.goto("/");
  await ben.enter("main-chat");
  await ben.until(isThere, `[data-seq="${again.seq}"]`);
  await ben.evaluate(
    (wanted) => document.querySelector(wanted).click(),
    `[data-seq="${again.seq}"] ${named("remix-of")}`,
  );
  await ben.until((wanted) => {
    const box = document.querySelector(wanted)?.getBoundingClientRect();
    const feed = document.querySelector('[data-test="feed"]').getBoundingClientRect();
    return box && box.bottom > feed.top && box.top < feed.bottom;
  }, `[data-seq="${original.seq}"]`);
  await ben.untilText("caption-text", /the original/);
});

test("what a remix began as may be gone; it is said", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const { seq } = await bot.draw("main-chat");
  await bot.draw("main-chat", { remixOf: seq });
  bot.line.send({ delete: { room: "main-chat", seq } });
  await bot.until((f) => f.deleted);
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilText("remix-of", new RegExp(bot.name));
  await page.tap("remix-of");
  await page.untilText("hint", /not here any more/);
});

test("undoing the copy, or clearing the pad, makes it nobody's remix", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  await bot.draw("main-chat", { drawing: sketch(100) });
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilSent(1);
  await page.tap("tool-copy");
  await page.untilStrokes(3);
  await page.press("Control+z");
  await page.untilStrokes(0);
  await page.stroke(wave());
  await page.tap("send");
  await page.untilSent(2);
  await page.unseen("remix-of");
});

test("a deleted drawing goes from everybody's feed, also from one that was away", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  await bot.draw("main-chat");
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  const ben = await newPersonIn(context, browser, colo, "main-chat", "Ben");
  for (let i = 0; i < 2; ++i) {
    await ana.stroke(wave(i));
    await ana.tap("send");
    await ana.untilSent(i + 2);
  }
  await ben.untilSent(3);

  // Not somebody else's.
  await ana.choose(1);
  await ana.see("card-actions");
  await ana.unseen("card-delete");
  await ana.choose(2);
  await ana.tap("card-delete");
  await ana.see("card-delete-yes");
  await ana.shot("delete");
  await ana.tap("card-delete-no");
  await ana.tap("card-delete");
  await ana.tap("card-delete-yes");
  await untilCount(ana, 2);
  await untilCount(ben, 2);

  // The server goes, and comes back without Ben; what is deleted meanwhile is gone when he is back.
  await colo.kill();
  await colo.restart({ port: colo.port });
  await bot.login();
  await bot.connect();
  await bot.join("main-chat");
  bot.line.send({ delete: { room: "main-chat", seq: 1 } });
  await bot.until((f) => f.deleted);
  await ben.signIn("Ben");
  await untilCount(ben, 1);
  assert.equal((await ben.messages())[0].seq, 3);
});

test("a drawing is saved as PNG and as SVG", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const { seq } = await bot.draw("main-chat", { drawing: sketch(100), caption: "<hills>" });
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await page.untilSent(1);
  await page.evaluate(() => {
    window.saved = [];
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      const one = { type: blob.type, size: blob.size };
      window.saved.push(one);
      blob.arrayBuffer().then((bytes) => {
        one.begin = [...new Uint8Array(bytes).slice(0, 24)];
        if (blob.type === "image/svg+xml") one.text = new TextDecoder().decode(bytes);
      });
      return make(blob);
    };
    // The name of the file; the download itself is the browser's affair.
    HTMLAnchorElement.prototype.click = function click() {
      window.names = [...(window.names ?? []), this.download];
    };
  });
  await page.choose(seq);
  await page.tap("card-png");
  const png = await page.until(() => window.saved[0]?.begin && window.saved[0]);
  assert.equal(png.type, "image/png");
  const [width, height] = [16, 20].map((at) => Buffer.from(png.begin).readUInt32BE(at));
  assert.deepEqual([width, height], [2048, 1536]);
  await page.tap("card-svg");
  const svg = await page.until(() => window.saved[1]?.text && window.saved[1]);
  assert.match(svg.text.slice(0, 300), /^<svg .*<title>&(lt|#60);hills&(gt|#62);\. By /);
  const names = await page.until(() => window.names?.length === 2 && window.names);
  for (const [i, extension] of ["png", "svg"].entries())
    assert.match(names[i], new RegExp(`^${bot.name}-\\d{4}-\\d\\d-\\d\\d-\\d{4}\\.${extension}$`));
});

test("who sent too soon has it back, and the others do not", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");

  // It is sent.
  await page.stroke(wave());
  await page.tap("send");
  await page.untilSent(1);
  await page.focus("unsend"); // whoever is at the button is not hurried
  await page.shot("unsend");
  await page.tap("unsend");
  await page.untilStrokes(1);
  await untilCount(page, 0);
  const { seq } = await bot.until((f) => f.deleted);
  assert.equal(seq, 1);

  // Again, as another drawing.
  await page.tap("send");
  const [again] = await page.untilSent(1);
  assert.equal(again.seq, 2);

  // It is on its way: what the page says is held back for a while.
  await page.evaluate(() => {
    window.held = [];
    window.sendAsEver = WebSocket.prototype.send;
    WebSocket.prototype.send = function hold(data) {
      window.held.push([this, data]);
    };
  });
  await page.stroke(wave(2));
  await page.tap("send");
  await page.until(
    (selector) => document.querySelector(selector) !== null,
    '[data-state="pending"]',
  );
  await page.focus("unsend");
  await page.tap("unsend");
  await untilCount(page, 1);
  await page.untilStrokes(1);
  await page.evaluate(() => {
    WebSocket.prototype.send = window.sendAsEver;
    for (const [line, data] of window.held) line.send(data);
  });
  const deleted = await bot.until((f) => f.deleted);
  assert.equal(deleted.seq, 3);
  assert.equal((await page.messages()).length, 1);
});

test("what still waits for the connection never goes out, and nothing on the pad is lost", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  const port = colo.port;
  await colo.stop();
  await page.stroke(wave());
  await page.tap("send");
  await page.until(
    (selector) => document.querySelector(selector) !== null,
    '[data-state="waiting"]',
  );
  await page.focus("unsend");
  await page.stroke(wave(1));
  await page.stroke(wave(2));
  await page.tap("unsend");
  await untilCount(page, 0);
  await page.untilStrokes(1);
  await page.press("Control+z");
  await page.untilStrokes(2);
  await colo.restart({ port });
  await page.signIn("Ana");
  await page.untilStrokes(2);
  await untilCount(page, 0);
});

test("the room shows who has the pen down", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const bot = await newPhoneIn(context, colo, "main-chat");
  const page = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  bot.line.send({ pen: { room: "main-chat", down: true } });
  await page.untilText("is-drawing", new RegExp(`${bot.name} is drawing`));
  await page.shot("is-drawing");
  bot.line.send({ pen: { room: "main-chat" } });
  await page.unseen("is-drawing");

  // Ana draws, and sends.
  await page.stroke(wave());
  const pen = await bot.until((f) => f.pen);
  assert.deepEqual(pen, { room: "main-chat", user: "Ana", down: true });
  await page.tap("send");
  assert.equal((await bot.until((f) => f.pen)).down, false);

  // Whoever goes away does not draw.
  const gone = await newPhoneIn(context, colo, "main-chat");
  gone.line.send({ pen: { room: "main-chat", down: true } });
  await page.untilText("is-drawing", new RegExp(`${gone.name} is drawing`));
  await gone.line.drop();
  await page.unseen("is-drawing");
});
