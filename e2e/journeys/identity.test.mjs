// Who a page belongs to, when the browser's sign-in changes under it: nobody becomes somebody
// else without being asked, and what was drawn stays whose it is.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { newPage, newPersonIn, newTab, startBrowser, supports, wave } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { cookieName, newPhone, newPhoneIn } from "../harness/phone.mjs";
import { startRoad } from "../harness/road.mjs";

const size = { width: 390, height: 664, ratio: 2, touch: true };

/** Another program on the same host, whose page sets a cookie. */
async function startPlanter(context) {
  const planter = createServer((request, reply) => {
    if (request.url !== "/") return reply.writeHead(204).end();
    reply.writeHead(200, { "Content-Type": "text/html", "Set-Cookie": planter.cookie });
    return reply.end("<title>planted</title>");
  });
  await new Promise((tell) => planter.listen(0, "127.0.0.1", tell));
  context.after(() => planter.close());
  return planter;
}

/** The person's browser opens the other program's page, in a tab that is closed again. */
async function plant(context, page, planter, cookie) {
  planter.cookie = cookie;
  const url = `http://127.0.0.1:${planter.address().port}`;
  const tab = await newTab(context, { ...page, person: page.person, url });
  await tab.until(() => document.title === "planted");
  await tab.close();
}

/** Ana in a room with a stroke on her pad, and a second tab of her browser, at the form still. */
async function newPair(context, wishes) {
  const colo = await startColo(context);
  const browser = await startBrowser(context, wishes);
  const ana = await newPage(context, browser, colo.url, { name: "ana", size });
  const tab = await newTab(context, ana);
  await tab.see("submit");
  await ana.register("Ana");
  await ana.enter("main-chat");
  await ana.stroke(wave(1));
  return { colo, browser, ana, tab };
}

test("another person's token, planted from another port, is said and not followed", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana", { size });
  const ben = await newPhone(context, colo);
  const planter = await startPlanter(context);
  await ana.stroke(wave(1));
  await plant(context, ana, planter, `${cookieName(colo.url)}=${ben.token}; Path=/`);
  await ana.reload();
  await ana.untilText("notice", /Another sign-in took the place of yours/);
  await ana.shot("identity-replaced");
  await ana.signIn("Ana");
  await ana.untilReady();
  await ana.untilStrokes(1);
  await ana.tap("send");
  const [sent] = await ana.untilSent(1);
  assert.equal(sent.author, "Ana");

  // Also in a page that is open: by the first call that needs the token.
  await plant(context, ana, planter, `${cookieName(colo.url)}=${ben.token}; Path=/`);
  await ana.tap("back");
  await ana.tap("account");
  await ana.untilText("notice", /Another sign-in took the place of yours/);
  await ben.me();
});

test("a cookie planted for /api changes nothing", async (context) => {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPage(context, browser, colo.url, { name: "ana", size });
  const ben = await newPhone(context, colo);
  const planter = await startPlanter(context);
  await plant(context, ana, planter, `${cookieName(colo.url)}=${ben.token}; Path=/api`);
  await ana.register("Ana");
  await ana.see("room-main-chat");
  await ana.reload();
  await ana.tap("account");
  await ana.see("device");
  await ana.tap("account-sign-out");
  await ana.see("submit");
  await ana.signIn("Ana");
  await ana.tap("account");
  await ana.see("device");
});

test("another tab signs in as somebody else: this page asks, and can follow", async (context) => {
  const { ana, tab } = await newPair(context);
  await tab.register("Ben");
  await tab.see("room-main-chat");
  await ana.see("other-person");
  assert.match(await ana.text("other-person"), /now signed in as Ben\. This page was Ana’s/);
  await ana.shot("identity-other-light");
  await ana.tap("other-follow");
  await ana.untilReady();
  assert.equal(await ana.strokes(), 0); // Ana's drawing is not Ben's
  await ana.stroke(wave(2));
  await ana.tap("send");
  assert.equal((await ana.untilSent(1))[0].author, "Ben");
  // What Ana drew is Ana's still.
  await ana.tap("back");
  await ana.tap("sign-out");
  await ana.see("submit");
  await ana.signIn("Ana");
  await ana.enter("main-chat");
  await ana.untilStrokes(1);
});

test("another tab signs in as somebody else: this page can stay whose it was", async (context) => {
  const scheme = supports("scheme") ? { scheme: "dark" } : {};
  const { ana, tab } = await newPair(context, scheme);
  await tab.register("Ben");
  await ana.see("other-person");
  await ana.shot("identity-other-dark");
  await ana.tap("other-stay");
  await ana.see("submit");
  const name = () => document.querySelector('[data-test="username"]').value;
  assert.equal(await ana.evaluate(name), "Ana");
  await ana.signIn("Ana");
  await ana.untilReady();
  await ana.untilStrokes(1);
  await ana.tap("send");
  assert.equal((await ana.untilSent(1))[0].author, "Ana");
  // Now it is the other tab's turn to be asked.
  await tab.see("other-person");
  assert.match(await tab.text("other-person"), /now signed in as Ana\. This page was Ben’s/);
  await tab.tap("other-follow");
  await tab.tap("room-main-chat");
  await tab.untilSent(1);
});

test("what waits to be sent is not sent as the person who signed in elsewhere", async (context) => {
  const colo = await startColo(context);
  const road = await startRoad(context, colo);
  const browser = await startBrowser(context);
  const ana = await newPage(context, browser, road.url, { name: "ana", size });
  const tab = await newTab(context, ana);
  await tab.see("submit");
  await ana.register("Ana");
  await ana.enter("main-chat");
  const bot = await newPhoneIn(context, colo, "main-chat");
  // The question is a part of the page that follows in a quiet moment.
  await ana.until(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("/OtherPerson-")),
  );
  road.cut();
  await ana.see("banner");
  await ana.stroke(wave(1));
  await ana.tap("send");
  await ana.untilWaiting(1);
  // As a sign-in in the other tab would, before anything of Ana's gets through again.
  await tab.evaluate(() => localStorage.setItem("colo.session", "unknown Ben"));
  await ana.see("other-person");
  road.mend();
  await tab.register("Ben");
  await tab.see("room-main-chat");
  await ana.tap("other-follow");
  await ana.untilReady();
  assert.deepEqual(await ana.messages(), []);
  await bot.line.settled("main-chat");
  assert.deepEqual(bot.line.told("main-chat"), []);
  await ana.tap("back");
  await ana.tap("sign-out");
  await ana.see("submit");
  await ana.signIn("Ana");
  const sent = await bot.until((frame) => frame.message);
  assert.equal(sent.author, "Ana");
});

test("a page comes back by itself when its person does, in any tab", async (context) => {
  const { ana, tab } = await newPair(context);
  const third = await newTab(context, ana);
  await third.see("room-main-chat"); // as Ana, whose browser it is
  await tab.register("Ben");
  await third.see("other-person");
  await ana.see("other-person");
  await third.tap("other-stay");
  await third.signIn("Ana");
  await third.see("room-main-chat");
  await ana.untilReady();
  await ana.untilStrokes(1);
  await tab.see("other-person");
});

test("a browser that lost the session's secret signs in again and loses nothing", async (context) => {
  const { ana } = await newPair(context);
  await ana.evaluate(() => localStorage.removeItem("colo.session"));
  await ana.reload();
  await ana.untilText("notice", /You were signed out/);
  await ana.shot("identity-lost-secret");
  await ana.signIn("Ana");
  await ana.untilReady();
  await ana.untilStrokes(1);
});
