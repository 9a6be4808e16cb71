// Ten tabs share one cookie jar, and with it one token: all of them reloaded at once,
// fifty times, and nobody is signed out. On http as on a home network, and on https.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engine, newPage, newTab, sizes, startBrowser } from "../harness/browser.mjs";
import { certificateFiles, tlsConfig } from "../harness/certificates.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";

const tabs = 10;
const rounds = 50;
const skip = engine === "chromium" ? false : "once is enough";

/** Whether the person is online in this page, or was signed out. */
function whereabouts() {
  if (document.querySelector('[data-test="submit"]')) return "signed out";
  return document.querySelector('[data-test="room-count-main-chat"]') ? "signed in" : false;
}

async function reloadManyTabs(t, { config, urlOf, wishes }) {
  const colo = await startColo(t, { config });
  const browser = await startBrowser(t, wishes);
  const options = { name: "Ana", size: sizes.desktop };
  const first = await newPage(t, browser, urlOf(colo), options);
  await first.register("Ana");
  await first.until(whereabouts);
  const all = [first];
  while (all.length < tabs) all.push(await newTab(t, first));

  for (let round = 0; round < rounds; ++round) {
    await Promise.all(
      all.map(async (page, i) => {
        await page.reload();
        // Some do not even wait for what the first reload asked.
        if ((i + round) % 4 === 0) await page.reload();
      }),
    );
    const where = await Promise.all(all.map((page) => page.until(whereabouts)));
    assert.ok(
      where.every((one) => one === "signed in"),
      `round ${round}: ${where}; the server said ${colo.output().split("Ctrl-C")[1]}`,
    );
  }
  assert.doesNotMatch(colo.output(), /session of \S+ ended/);
}

test("ten tabs reloaded at once, fifty times, on plain http", { skip }, (t) =>
  reloadManyTabs(t, {
    config: `[server]\nhosts = ["colo.test"]\n${usualConfig}`,
    urlOf: (colo) => `http://colo.test:${colo.port}`,
    wishes: { hosts: "colo.test" },
  }),
);

test("ten tabs reloaded at once, fifty times, on https", { skip }, async (t) =>
  reloadManyTabs(t, {
    config: tlsConfig(await certificateFiles(t)),
    urlOf: (colo) => colo.url,
    wishes: { anyCertificate: true },
  }),
);
