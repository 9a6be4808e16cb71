// The same story on an origin that browsers do not trust, as on a home network:
// plain http and a name that is not localhost, without the APIs that need https.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, startBrowser } from "../harness/browser.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { tellTheStory } from "./story.mjs";

const where = {
  config: `[server]\nhosts = ["colo.test"]\n${usualConfig}`,
  urlOf: (colo) => `http://colo.test:${colo.port}`,
  hosts: "colo.test",
};

test("the origin is insecure indeed", async (context) => {
  const colo = await startColo(context, { config: where.config });
  const browser = await startBrowser(context, { hosts: where.hosts });
  const page = await newPage(context, browser, where.urlOf(colo));
  await page.see("submit");
  assert.equal(await page.evaluate(() => window.isSecureContext), false);
  assert.equal(await page.evaluate(() => typeof crypto.randomUUID), "undefined");
});

test("draw on one phone, see it on every other, over plain http", (context) =>
  tellTheStory(context, where));
