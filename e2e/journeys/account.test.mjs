// One's own account, on the phone: who becomes the administrator, on which devices one
// is signed in, another password, and leaving for good.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, newPersonIn, sizes, startBrowser, wave } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";

const password = "correct horse battery";

/** The path that a server without an administrator prints. */
async function setUpPath(colo) {
  const [, path] = await colo.untilSaid(/(\/#\/setup\/[\w-]+)/);
  return path;
}

const isAt = (page, name) =>
  page.until((wanted) => document.activeElement?.getAttribute("data-test") === wanted, name);

/** Follows a link in a page that is open already. */
const follow = (page, path) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, path.slice(1));

const untilDevices = (page, count) =>
  page.until(
    (wanted) => document.querySelectorAll('[data-test="device"]').length === wanted,
    count,
  );

/** A person with an account, in the list of rooms. */
async function newPerson(context, colo, name, options = {}) {
  const browser = await startBrowser(context);
  const page = await newPage(context, browser, colo.url, { name, ...options });
  await page.register(name);
  await page.see("room-main-chat");
  return page;
}

/** The same person in a browser of its own. */
async function newDevice(context, colo, name) {
  const browser = await startBrowser(context);
  const page = await newPage(context, browser, colo.url, {
    name: `${name} elsewhere`,
    size: sizes.desktop,
  });
  await page.signIn(name);
  await page.see("room-main-chat");
  return page;
}

test("the set-up link makes an account that looks after the server, once", async (context) => {
  const colo = await startColo(context);
  const path = await setUpPath(colo);
  const browser = await startBrowser(context);
  const ana = await newPage(context, browser, colo.url, { name: "ana", path });
  await ana.untilText("notice", /no administrator/);
  assert.equal(await ana.evaluate(() => location.hash), "#/"); // nobody reads it there
  await ana.shot("account-set-up");
  await ana.register("Ana");
  await ana.untilText("link-opened-title", /You look after this Colo/);
  await ana.tap("link-opened-close");
  await ana.tap("account");
  await ana.see("invites");
  const ben = await newPage(context, browser, colo.url, { name: "ben", path });
  await ben.untilText("notice", /not good any more/);
  await ben.register("Ben");
  await ben.see("room-main-chat");
  await ben.tap("account");
  await ben.see("devices");
  assert.equal(await ben.sees("invites"), false);
});

test("whoever is signed in, or signs in, is asked about the set-up link", async (context) => {
  const colo = await startColo(context);
  const path = await setUpPath(colo);
  const ana = await newPerson(context, colo, "Ana");
  await follow(ana, path);
  await ana.untilText("link-opened-title", /Become the administrator/);
  await ana.tap("link-opened-no");
  await ana.unseen("link-opened");
  await ana.tap("sign-out");
  await ana.see("submit");
  await follow(ana, path);
  await ana.untilText("notice", /no administrator/);
  await ana.signIn("Ana");
  await ana.untilText("link-opened-title", /Become the administrator/);
  await ana.tap("link-opened-yes");
  await ana.untilText("link-opened-title", /You look after this Colo/);
  await ana.tap("link-opened-close");
  await ana.tap("account");
  await ana.see("invites");
});

test("an invite tells who is signed in that they are in", async (context) => {
  const colo = await startColo(context);
  const ana = await newPerson(context, colo, "Ana");
  await follow(ana, "/#/invite/whatever");
  await ana.untilText("link-opened-title", /You are in already/);
  assert.match(await ana.text("link-opened"), /you are Ana here/);
  await ana.press("Escape");
  await ana.unseen("link-opened");
  await ana.reload();
  await ana.see("room-main-chat");
  assert.equal(await ana.sees("link-opened"), false);
});

test("one device signs the other out, which is told why", async (context) => {
  const colo = await startColo(context);
  const ana = await newPerson(context, colo, "Ana");
  const other = await newDevice(context, colo, "Ana");
  await ana.tap("account");
  await untilDevices(ana, 2);
  const [first, second] = await ana.evaluate(() =>
    [...document.querySelectorAll('[data-test="device"]')].map((one) => one.textContent),
  );
  assert.match(first, /this device/);
  assert.match(second, /active just now/);
  await ana.shot("account-devices");
  await ana.tap("device-out");
  await isAt(ana, "device-out-no");
  await ana.press("Escape");
  await isAt(ana, "device-out");
  await ana.tap("device-out");
  await ana.tap("device-out-yes");
  await other.untilText("notice", /signed out from another device/);
  await untilDevices(ana, 1);
  await ana.tap("back");
  await ana.see("room-main-chat"); // and is still in
  await isAt(ana, "account");
});

test("signing out everywhere", async (context) => {
  const colo = await startColo(context);
  const ana = await newPerson(context, colo, "Ana");
  const other = await newDevice(context, colo, "Ana");
  await ana.tap("account");
  await untilDevices(ana, 2);
  await ana.tap("everywhere");
  await ana.tap("everywhere-yes");
  await ana.untilText("notice", /signed out on all your devices/);
  await other.untilText("notice", /signed out from another device/);
  await ana.signIn("Ana");
  await ana.see("devices"); // back where they were
});

test("another password signs the other devices out", async (context) => {
  const colo = await startColo(context);
  const ana = await newPerson(context, colo, "Ana");
  const other = await newDevice(context, colo, "Ana");
  await ana.tap("account");
  await ana.tap("password-open");
  await isAt(ana, "password-now");
  await ana.fill("password-now", "not my password");
  await ana.fill("password-new", "battery staple horse");
  await ana.tap("password-submit");
  await ana.untilText("password-error", /not your password/);
  await isAt(ana, "password-now");
  await ana.refill("password-now", password);
  await ana.press("Enter");
  await ana.untilText("password-done", /other devices were signed out/);
  await untilDevices(ana, 1);
  await other.untilText("notice", /password was changed/);
  await other.refill("username", "Ana");
  await other.refill("password", "battery staple horse");
  await other.tap("submit");
  await other.see("room-main-chat");
  const kept = await ana.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!kept.includes("battery"), kept);
});

/** Fills the farewell in as far as the last question. */
async function askToLeave(page, drawings) {
  await page.tap("account");
  await page.tap("leave-open");
  await page.tap("leave-submit");
  await page.untilText("leave-error", /what happens to your drawings/);
  await page.tap(`leave-${drawings}`);
  await page.fill("leave-password", password);
  await page.tap("leave-submit");
  await isAt(page, "leave-no");
}

/** Ana, who drew twice and has a drawing on the pad; Ben, who watches. */
async function newPair(context) {
  const colo = await startColo(context);
  const browser = await startBrowser(context);
  const ana = await newPersonIn(context, browser, colo, "main-chat", "Ana");
  const ben = await newPersonIn(context, browser, colo, "main-chat", "Ben");
  await ben.stroke(wave(1));
  await ben.tap("send");
  for (const count of [2, 3]) {
    await ana.stroke(wave(count));
    await ana.tap("send");
    await ana.untilSent(count);
  }
  await ana.stroke(wave(4));
  await ben.untilSent(3);
  await ana.tap("back");
  return { colo, ana, ben };
}

test("leaving, the drawings stay without a name, and the device forgets", async (context) => {
  const { colo, ana, ben } = await newPair(context);
  await askToLeave(ana, "keep");
  await ana.tap("leave-no"); // not yet
  await isAt(ana, "leave-open");
  await ana.tap("back");
  await askToLeave(ana, "keep");
  await ana.shot("account-leaving");
  await ana.tap("leave-yes");
  await ana.untilText("notice", /Thank you for drawing/);
  await ben.untilText("notice-line", /Ana left/);
  await ben.reload();
  await ben.untilReady();
  const messages = await ben.untilSent(3);
  assert.deepEqual(
    messages.map((one) => one.author),
    ["Ben", "", ""],
  );
  assert.match(messages[1].alt, /^Drawing by somebody who left/);
  await ben.shot("account-somebody-who-left");
  // The name is free, and whoever takes it finds nothing on the pad.
  const left = await ana.evaluate(() =>
    Object.keys(localStorage).filter((key) => key !== "colo.pens"),
  );
  assert.deepEqual(
    left.filter((key) => !key.startsWith("colo.rooms")),
    [],
  );
  await ana.register("Ana");
  await ana.enter("main-chat");
  assert.equal(await ana.strokes(), 0);
  assert.ok(colo.isRunning());
});

test("leaving, the drawings go, under the eyes of the others", async (context) => {
  const { ana, ben } = await newPair(context);
  await askToLeave(ana, "delete");
  await ana.tap("leave-yes");
  await ana.untilText("notice", /Thank you for drawing/);
  const [left] = await ben.untilSent(1);
  assert.equal(left.author, "Ben");
});

test("a wrong password deletes nothing", async (context) => {
  const colo = await startColo(context);
  const ana = await newPerson(context, colo, "Ana");
  await ana.tap("account");
  await ana.tap("leave-open");
  await ana.tap("leave-delete");
  await ana.fill("leave-password", "not my password");
  await ana.press("Enter");
  await ana.tap("leave-yes");
  await ana.untilText("leave-error", /not your password/);
  await isAt(ana, "leave-password");
  await ana.reload();
  await ana.see("devices");
});

test("the account by keyboard alone", async (context) => {
  const colo = await startColo(context);
  const ana = await newPerson(context, colo, "Ana", { size: sizes.desktop });
  await ana.focus("account");
  await ana.press("Enter");
  await ana.see("devices");
  // Reading begins at the title; what can be pressed follows in its order.
  await ana.until(() => document.activeElement?.tagName === "H1");
  await ana.press("Tab");
  await isAt(ana, "account-sign-out");
  await untilDevices(ana, 1);
  await ana.press("Tab");
  await isAt(ana, "password-open");
  await ana.press("Enter");
  await isAt(ana, "password-now");
  await ana.focus("password-close");
  await ana.press("Enter");
  await isAt(ana, "password-open");
  await ana.press("Tab");
  await isAt(ana, "leave-open");
  await ana.press("Enter");
  await isAt(ana, "leave-keep");
  await ana.press("Escape");
  await isAt(ana, "leave-open");
  await ana.press("Escape");
  await isAt(ana, "account");
});
