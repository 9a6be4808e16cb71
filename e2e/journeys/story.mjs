// The main job, told in one go by two phones of different people: draw on one,
// see it on the other; scroll back; restart the server and sign in again.
import assert from "node:assert/strict";
import { test as named, newPage, startBrowser, wave } from "../harness/browser.mjs";
import { startColo } from "../harness/colo.mjs";
import { newPhoneIn } from "../harness/phone.mjs";
import { seqsOnTheWayUp } from "./scrolling.mjs";

/**
 * @param {import('node:test').TestContext} context
 * @param {{config?: string, urlOf?: (colo: any) => string, hosts?: string}} where
 */
export async function tellTheStory(context, { config, urlOf = (colo) => colo.url, hosts } = {}) {
  const colo = await startColo(context, config ? { config } : {});
  const browser = await startBrowser(context, hosts ? { hosts } : {});
  const ana = await newPage(context, browser, urlOf(colo), { name: "ana" });
  const ben = await newPage(context, browser, urlOf(colo), { name: "ben" });

  await context.test("two people make accounts on their phones", async () => {
    await ana.register("Ana");
    await ben.register("Ben ベン");
    await ana.see("room-main-chat");
    await ben.see("room-main-chat");
  });

  await context.test("the list shows how many people are in each room, as it changes", async () => {
    await ana.untilText("room-count-main-chat", /^0$/);
    await ben.enter("main-chat");
    await ana.untilText("room-count-main-chat", /^1$/);
    await ana.enter("main-chat");
    await ben.untilText("notice-line", /Ana came in/);
    await ben.untilText("people", /^2 /);
  });

  await context.test("what one draws with a finger is on the other at once", async () => {
    await ana.stroke(wave(1));
    await ana.stroke(wave(2));
    await ana.tap("send");
    const [sent] = await ana.untilSent(1);
    const [seen] = await ben.untilSent(1);
    assert.equal(seen.author, "Ana");
    assert.equal(seen.seq, 1);
    assert.ok(sent.ink >= 20, `${sent.ink} points`);
    assert.equal(seen.ink, sent.ink);
    assert.match(seen.alt, /Ana/);
    await ana.untilStrokes(0);
    await ana.shot("story-ana");
    await ben.shot("story-ben");
  });

  await context.test("the other answers, with a caption by holding Send", async () => {
    await ben.stroke(wave(3));
    await ben.holdSend();
    await ben.fill("caption-input", "<b>hi</b> '; DROP TABLE messages; -- 👋");
    await ben.tap("send");
    const [, seen] = await ana.untilSent(2);
    assert.equal(seen.author, "Ben ベン");
    assert.equal(seen.caption, "<b>hi</b> '; DROP TABLE messages; -- 👋");
    assert.ok(seen.alt.startsWith(seen.caption), seen.alt);
  });

  await context.test("who goes back to the list has left, and is seen to", async () => {
    await ana.tap("back");
    await ben.untilText("notice-line", /Ana left/);
    await ana.untilText("room-count-main-chat", /^1$/);
    await ana.enter("main-chat");
    await ben.untilText("notice-line", /Ana came in/);
  });

  await context.test("a temporary room works the same", async () => {
    for (const [page, number] of [
      [ana, 1],
      [ben, 2],
    ]) {
      await page.tap("back");
      await page.enter("scratch");
      await page.stroke(wave(number));
      await page.tap("send");
      await page.untilSent(number);
    }
    await ana.untilSent(2);
  });

  await context.test("one scrolls back through what was drawn before", async () => {
    const bot = await newPhoneIn(context, colo, "main-chat");
    for (let i = 3; i <= 120; ++i) await bot.draw("main-chat", { caption: `number ${i}` });
    await bot.hangUp();
    await ana.tap("back");
    await ana.see("room-main-chat");
    await ana.reload(); // what the page knew of the room is forgotten
    await ana.enter("main-chat");
    await ana.until((selector) => {
      const { count, last } = document.querySelector(selector).dataset;
      return Number(count) >= 50 && last === "120";
    }, named("feed"));
    assert.deepEqual(
      await seqsOnTheWayUp(ana),
      Array.from({ length: 120 }, (_, i) => i + 1),
    );
  });

  await context.test("after a restart everybody signs in again", async () => {
    await ben.stroke(wave(5)); // not sent yet
    await colo.restart({ port: colo.port });
    for (const [page, name] of [
      [ana, "Ana"],
      [ben, "Ben ベン"],
    ]) {
      await page.see("username");
      assert.match(await page.text("notice"), /sign in again/);
      await page.signIn(name);
      await page.see("pad"); // back where they were
    }
    await ana.shot("story-restarted");
  });

  await context.test("the saved room is still there, the temporary one is empty", async () => {
    await ana.until(
      (selector) => document.querySelector(selector).dataset.last === "120",
      named("feed"),
    );
    assert.equal((await ben.messages()).length, 0);
  });

  await context.test("what was on the pad is still there", async () => {
    await ben.untilStrokes(1);
    await ben.tap("send");
    const [message] = await ben.untilSent(1);
    assert.equal(message.seq, 1);
  });
}
