// Nothing that was drawn is lost, and nothing is sent twice, whatever happens to the
// page, the network, the server or the session, and when.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPersonIn, newTab, startBrowser, unless, wave } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";
import { startRoad } from "../harness/road.mjs";

const seqs = (messages) => messages.map((message) => message.seq);

test("a reload with the finger on the pad keeps what was drawn", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await ana.stroke(wave(1));
  await ana.stroke(wave(2), { release: false });
  await ana.reload();
  await ana.lift();
  await ana.untilReady();
  // What was finished is there; what was not may be, too.
  await ana.until(
    (selector) => Number(document.querySelector(selector).dataset.strokes) >= 1,
    '[data-test="pad"]',
  );
  const kept = await ana.strokes();
  await ana.stroke(wave(3)); // and the pad works on
  await ana.tap("send");
  await ana.untilSent(1);
  assert.ok(kept <= 2, `${kept} strokes`);
});

test("signed out with the finger on the pad, from another tab", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  const tab = await newTab(context, ana);
  await ana.stroke(wave(1));
  await ana.stroke(wave(2), { release: false });
  await tab.tap("sign-out");
  await ana.see("username");
  await ana.lift();
  await ana.signIn("Ana");
  await ana.untilReady();
  await ana.untilStrokes(2);
  await ana.tap("send");
  assert.deepEqual(seqs(await ana.untilSent(1)), [1]);
});

test("signed out by a restart, with the finger on the pad", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await ana.stroke(wave(1), { release: false });
  await colo.restart({ port: colo.port });
  await ana.see("username");
  await ana.lift();
  await ana.signIn("Ana");
  await ana.untilReady();
  await ana.untilStrokes(1);
});

test("a server killed after it took a drawing and before it said so", async (context) => {
  const colo = await startColo(context);
  const road = await startRoad(context, colo);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, road, "main-chat", "Ana");
  const bot = await newPhoneIn(context, colo, "main-chat");
  await ana.stroke(wave(1));
  road.holdReplies();
  await ana.tap("send");
  const stored = await bot.until((frame) => frame.message);
  assert.equal(stored.seq, 1);
  await ana.until(() => document.querySelector('[data-state="pending"]') !== null);

  await colo.kill();
  road.cut();
  await ana.see("banner");
  await colo.restart({ port: colo.port });
  road.mend();
  await ana.signIn("Ana");
  assert.deepEqual(seqs(await ana.untilSent(1)), [1]);
  const again = await newPhoneIn(context, colo);
  const { messages } = await again.join("main-chat");
  assert.deepEqual(seqs(messages), [1]); // sent again, counted once
});

test("a server killed before the drawing came to it", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await ana.stroke(wave(1));
  await colo.kill();
  await ana.tap("send");
  await ana.untilWaiting(1);
  await colo.restart({ port: colo.port });
  await ana.signIn("Ana");
  assert.deepEqual(seqs(await ana.untilSent(1)), [1]);
});

test("three drawings without network: three, in order, once", async (context) => {
  const colo = await startColo(context);
  const road = await startRoad(context, colo);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, road, "main-chat", "Ana");
  const bot = await newPhoneIn(context, colo, "main-chat");
  road.cut();
  await ana.see("banner");
  const inks = [];
  for (let i = 1; i <= 3; ++i) {
    await ana.stroke(wave(4 * i));
    await ana.tap("send");
    await ana.untilWaiting(i);
    await ana.untilStrokes(0);
    inks.push((await ana.messages()).at(-1).ink);
  }
  assert.equal(new Set(inks).size, 3, `${inks} points tell the drawings apart`);
  await ana.shot("kept-waiting");
  road.mend();
  const sent = await ana.untilSent(3);
  assert.deepEqual(seqs(sent), [1, 2, 3]);
  assert.deepEqual(
    sent.map((message) => message.ink),
    inks,
  );
  await bot.line.settled("main-chat");
  assert.deepEqual(
    bot.line.told("main-chat").map(({ drawing }) => drawing.strokes[0].points.length / 2),
    inks,
  );
});

test("two tabs of one person draw and send, each its own", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  const bot = await newPhoneIn(context, colo, "main-chat");
  const tab = await newTab(context, ana);
  await tab.enter("main-chat");
  await ana.stroke(wave(1));
  await tab.stroke(wave(2));
  await tab.stroke(wave(3));
  await ana.tap("send");
  await ana.untilSent(1);
  await tab.untilSent(1);
  await tab.tap("send");
  assert.deepEqual(seqs(await ana.untilSent(2)), [1, 2]);
  assert.deepEqual(seqs(await tab.untilSent(2)), [1, 2]);
  await bot.line.settled("main-chat");
  assert.deepEqual(
    bot.line.told("main-chat").map(({ drawing }) => drawing.strokes.length),
    [1, 2],
  );
});

test("two tabs of one person do not wipe out each other's pads", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await ana.stroke(wave(1));
  const tab = await newTab(context, ana);
  await tab.enter("main-chat");
  assert.equal(await tab.strokes(), 0); // the other one has that drawing in hand
  await tab.stroke(wave(2));
  await tab.stroke(wave(3));
  await ana.reload();
  await ana.untilStrokes(1);
  await tab.reload();
  await tab.untilStrokes(2);
  // What a closed tab left is there for the next one that has nothing.
  await tab.close();
  await ana.tap("send");
  await ana.untilSent(1);
  const next = await newTab(context, ana);
  await next.enter("main-chat");
  await next.untilStrokes(2);
});

test("a page that crashes loses no stroke", { skip: unless("crash") }, async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await ana.stroke(wave(1));
  await ana.stroke(wave(2));
  // A draft is written in a quiet moment; a crash before that may cost the last stroke.
  await ana.until(async () => {
    const asked = indexedDB.open("colo");
    const database = await new Promise((tell) => {
      asked.onsuccess = () => tell(asked.result);
    });
    const drafts = database.transaction("drafts").objectStore("drafts").getAll();
    const all = await new Promise((tell) => {
      drafts.onsuccess = () => tell(drafts.result);
    });
    database.close();
    return all.some((draft) => draft.strokes.length === 2);
  });
  await ana.crash();
  const next = await newTab(context, ana);
  await next.enter("main-chat");
  await next.untilStrokes(2);
});
