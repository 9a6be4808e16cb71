// Connections that break, servers that die, people who put the phone away.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, newPersonIn, newTab, startBrowser, wave } from "../harness/browser.mjs";
import { generousLimits, startColo, usualConfig } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";
import { startRoad } from "../harness/road.mjs";
import { seqsOnTheWayUp } from "./scrolling.mjs";

test("a server that is killed and comes back: nothing missing, nothing twice", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await ana.stroke(wave(1));
  await ana.tap("send");
  await ana.untilSent(1);

  await colo.kill();
  await ana.see("banner");
  assert.match(await ana.text("banner"), /Connection lost/);
  // Drawn while nobody listens: it waits, and says so.
  await ana.stroke(wave(2));
  await ana.tap("send");
  await ana.untilWaiting(1);
  await ana.stroke(wave(3));
  await ana.tap("send");
  await ana.untilWaiting(2);
  await ana.shot("connection-waiting");

  await colo.restart({ port: colo.port });
  await ana.signIn("Ana");
  const sent = await ana.untilSent(3);
  assert.deepEqual(
    sent.map((message) => message.seq),
    [1, 2, 3],
  );
  const inks = sent.map((message) => message.ink);
  await ana.reload();
  assert.deepEqual(
    (await ana.untilSent(3)).map((message) => message.ink),
    inks,
  );
});

test("a phone without network catches up by itself", async (context) => {
  const colo = await startColo(context);
  const road = await startRoad(context, colo);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, road, "main-chat", "Ana");
  const bot = await newPhoneIn(context, colo, "main-chat");
  await bot.draw("main-chat");
  await ana.untilSent(1);

  road.cut();
  for (let i = 0; i < 70; ++i) await bot.draw("main-chat");
  await ana.see("banner");
  await ana.stroke(wave(1));
  await ana.tap("send");
  await ana.untilWaiting(1);
  road.mend();
  await ana.untilCount(72);
  assert.deepEqual(
    await seqsOnTheWayUp(ana),
    Array.from({ length: 72 }, (_, i) => i + 1),
  );
});

test("who draws nothing is signed out, and keeps what is on the pad", async (context) => {
  const colo = await startColo(context, {
    config: `[session]\nidle_timeout = "12s"\n${usualConfig}`,
  });
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await ana.stroke(wave(1));
  await ana.see("username");
  assert.match(await ana.text("notice"), /nothing was drawn|a while/i);
  await ana.shot("connection-signed-out");
  await ana.signIn("Ana");
  await ana.see("pad");
  await ana.untilStrokes(1);
});

test("a reload keeps the drawing on the pad", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  await ana.stroke(wave(1));
  await ana.stroke(wave(2));
  await ana.reload();
  await ana.untilStrokes(2);
  await ana.tap("back");
  await ana.enter("scratch");
  assert.equal(await ana.strokes(), 0); // each room has a pad of its own
});

test("two tabs of one person are one person, and both are told", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ben = await newPersonIn(context, browser, colo, "main-chat", "Ben");
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  const tab = await newTab(context, ana);
  await tab.enter("main-chat");
  await ben.stroke(wave(1));
  await ben.tap("send");
  await ana.untilSent(1);
  await tab.untilSent(1);
  assert.match(await ben.text("people"), /^2 /);
});

test("a full room says so, and lets one in when there is a place", async (context) => {
  const colo = await startColo(context, {
    config: `${generousLimits}\n[[room]]\nid = "booth"\nname = "The Booth"\ncapacity = 1\n`,
  });
  const browser = await startBrowser(context);
  const ana = await newPage(context, browser, colo.url, { name: "ana" });
  const ben = await newPage(context, browser, colo.url, { name: "ben" });
  await ana.register("Ana");
  await ben.register("Ben");
  await ana.enter("booth");
  await ben.until(() => /Full\./.test(document.body.innerText));
  await ben.goto("/#/room/booth");
  await ben.until(() => /full/i.test(document.body.innerText));
  await ben.shot("connection-full-room");
  await ana.tap("back");
  await ben.goto("/#/");
  await ben.untilText("room-count-booth", /^0$/);
  await ben.enter("booth");
});

test("a link to a room that is opened at the sign-in screen leads there", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPage(context, browser, colo.url, { name: "ana" });
  await ana.see("submit");
  await ana.goto("/#/room/scratch");
  await ana.register("Ana");
  await ana.untilReady();
  await ana.untilText("room-name", /Scratch/);
});
