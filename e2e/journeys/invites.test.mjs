// Who may come in: by invite, or nobody; and the invites of those who look after it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, startBrowser } from "../harness/browser.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";

const openTo = (registration) => `${usualConfig}\n[accounts]\nregistration = "${registration}"\n`;

const isAt = (page, name) =>
  page.until((wanted) => document.activeElement?.getAttribute("data-test") === wanted, name);

/** A server, and the page of whoever looks after it, at the account. */
async function newKeeper(context, registration = "invite") {
  const colo = await startColo(context, { config: openTo(registration) });
  const [, path] = await colo.untilSaid(/(\/#\/setup\/[\w-]+)/);
  const browser = await startBrowser(context);
  const ana = await newPage(context, browser, colo.url, { name: "ana", path });
  await ana.register("Ana");
  await ana.tap("link-opened-close");
  await ana.unseen("link-opened");
  await ana.tap("account");
  await ana.see("invites-none");
  return { colo, browser, ana };
}

/** Makes an invite; gives the path of its link. */
async function invite(page, { people, note }) {
  await page.tap("invite-new");
  await isAt(page, "invite-people");
  await page.refill("invite-people", String(people));
  if (note) await page.fill("invite-note", note);
  await page.tap("invite-make");
  await page.see("invite-made");
  const link = await page.evaluate(() => document.querySelector('[data-test="invite-link"]').value);
  assert.ok(link.startsWith(`${page.url}/#/invite/`), link);
  return link.slice(page.url.length);
}

test("who has an invite comes in, and who has not is told how", async (context) => {
  const { colo, browser, ana } = await newKeeper(context);
  const path = await invite(ana, { people: 1, note: "For Ben" });
  await ana.shot("invites-made");

  const cleo = await newPage(context, browser, colo.url, { name: "cleo" });
  await cleo.until(() => document.querySelector("[autocomplete=current-password]") !== null);
  await cleo.tap("toggle-register");
  await cleo.untilText("by-invite", /by invitation/);
  assert.equal(await cleo.sees("submit"), false);
  await cleo.shot("invites-needed");

  const ben = await newPage(context, browser, colo.url, { name: "ben", path });
  await ben.untilText("notice", /You are invited to Colo/);
  assert.equal(await ben.evaluate(() => location.hash), "#/");
  await ben.shot("invites-invited");
  await ben.reload(); // the tab keeps it until it is used
  await ben.untilText("notice", /You are invited to Colo/);
  await ben.register("Ben");
  await ben.see("room-main-chat");
  assert.equal(await ben.sees("link-opened"), false);
  assert.deepEqual(
    await ben.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes("invited"))),
    [],
  );

  await ana.reload();
  await ana.untilText("invite-state", /^1 of 1 used, used up/);
  const dora = await newPage(context, browser, colo.url, { name: "dora", path });
  await dora.untilText("notice", /not good any more/);
});

test("an invite for several people, until it is revoked", async (context) => {
  const { colo, browser, ana } = await newKeeper(context);
  const path = await invite(ana, { people: 3 });
  await ana.tap("invite-done");
  await isAt(ana, "invite-new");
  await ana.untilText("invite-state", /^0 of 3 used, until /);
  const ben = await newPage(context, browser, colo.url, { name: "ben", path });
  await ben.register("Ben");
  await ben.see("room-main-chat");
  const cleo = await newPage(context, browser, colo.url, { name: "cleo", path });
  await cleo.untilText("notice", /You are invited to Colo/);

  await ana.tap("invite-revoke");
  await isAt(ana, "invite-revoke-no");
  await ana.tap("invite-revoke-yes");
  await ana.see("invites-none");
  // Too late for whoever had not begun yet.
  await cleo.register("Cleo");
  await cleo.untilText("form-error", /not good any more/);
  await cleo.reload();
  await cleo.untilText("notice", /not good any more/);
});

test("the code can be scanned, and the link copied or selected", async (context) => {
  const { ana } = await newKeeper(context);
  await invite(ana, { people: 1 });
  const { viewBox, label, dark } = await ana.evaluate(() => {
    const code = document.querySelector('[data-test="qr"]');
    const { x, y, width } = code.querySelector("path").getBBox();
    return {
      viewBox: code.getAttribute("viewBox"),
      label: code.getAttribute("aria-label"),
      dark: { x, y, width },
    };
  });
  const [, , side] = viewBox.split(" ").map(Number);
  assert.deepEqual([dark.x, dark.y], [4, 4]); // the quiet zone
  assert.equal(dark.width, side - 8);
  assert.ok((side - 8 - 17) % 4 === 0, `${side} is no QR code's side`);
  assert.match(label, /QR code/);
  await ana.tap("invite-copy");
  await ana.untilText("invite-copied", /Copied|selected/);
  const link = await ana.evaluate(() => document.querySelector('[data-test="invite-link"]').value);
  const { selected } = await ana.evaluate(() => {
    const { selectionStart, selectionEnd, value } = document.querySelector(
      '[data-test="invite-link"]',
    );
    return { selected: value.slice(selectionStart, selectionEnd) };
  });
  if (/selected/.test(await ana.text("invite-copied"))) assert.equal(selected, link);
});

test("an invite for nobody is refused with a sentence", async (context) => {
  const { ana } = await newKeeper(context);
  await ana.tap("invite-new");
  await ana.refill("invite-people", "0");
  await ana.tap("invite-make");
  await ana.untilText("invites-error", /1 to 10,000/);
  await isAt(ana, "invite-people");
  await ana.press("Escape");
  await isAt(ana, "invite-new");
});

test("where nobody can register there is only signing in", async (context) => {
  const { colo, browser, ana } = await newKeeper(context, "closed");
  const ben = await newPage(context, browser, colo.url, { name: "ben" });
  await ben.until(() => document.querySelector("[autocomplete=current-password]") !== null);
  await ben.unseen("toggle-register");
  await ana.tap("account-sign-out");
  await ana.signIn("Ana");
  await ana.see("room-main-chat");
});
