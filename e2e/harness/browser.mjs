/**
 * A browser and the phones in it. COLO_ENGINE says which of three engines it is:
 * chromium (unless told otherwise), firefox or webkit. There is one browser a test
 * file, and for each person a cookie jar and storage of its own. What people do in
 * their pages stands in page.mjs.
 */
import { after } from "node:test";
import { Page } from "./page.mjs";

export { test } from "./page.mjs";

const name = process.env.COLO_ENGINE ?? "chromium";
const known = ["chromium", "firefox", "webkit"];
if (!known.includes(name)) throw new Error(`COLO_ENGINE is one of ${known.join(", ")}: ${name}`);
const { abilities, finger, launch } = await import(`./engines/${name}.mjs`);

/** Which engine this is, for the rare test that must know. */
export const engine = name;

/**
 * Whether the engine, driven from outside, has this: "touch", "pen", "pressure" (of the
 * test's choice), "fractions" (pointers between pixels), "scheme", "motion", "axe".
 */
export function supports(what) {
  return abilities.includes(what);
}

/** What skips a test or step in an engine that lacks something: false, or why. */
export function unless(what, why = `${name} has no ${what} that could be driven`) {
  return supports(what) ? false : why;
}

/** CSS pixels; how many of the screen's pixels each is wide; whether fingers touch it. */
export const sizes = {
  phone: { width: 390, height: 844, ratio: 2, touch: true },
  landscape: { width: 844, height: 390, ratio: 2, touch: true },
  tablet: { width: 820, height: 1180, ratio: 2, touch: true },
  desktop: { width: 1280, height: 800, ratio: 1, touch: false },
};

const browsers = new Map();
// Only a test file has an end that node:test knows of.
if (process.env.NODE_TEST_CONTEXT || process.argv[1]?.endsWith(".test.mjs"))
  after(async () => {
    const closed = await Promise.allSettled(
      [...browsers.values()].map(async (browser) => (await browser).close()),
    );
    for (const { reason } of closed) if (reason) throw reason;
  });

/**
 * The browser that has these qualities; it ends with the test file.
 * @param {{after: (end: () => unknown) => void, test?: unknown}} context
 * @param {{hosts?: string, scheme?: "light" | "dark", motion?: "reduce"}} [wishes]
 *   `hosts`: a name to resolve to this machine
 */
export async function startBrowser(context, wishes = {}) {
  const key = JSON.stringify(wishes);
  let browser = browsers.get(key);
  if (browser === undefined) {
    browser = launch(wishes).then((launched) => Object.assign(launched, { wishes }));
    browsers.set(key, browser);
    if (context.test === undefined) context.after(async () => (await browser).close());
  }
  return browser;
}

/**
 * A new person's phone, with the page open. When the test ends, nothing may have
 * gone wrong in the page that nobody saw.
 */
export async function newPage(
  context,
  browser,
  url,
  { name = "phone", size = sizes.phone, path = "/" } = {},
) {
  const jar = await browser.newJar(size);
  const tabs = [];
  context.after(async () => {
    await jar.close();
    const faults = tabs.flatMap((page) => page.faults());
    if (faults.length > 0) throw new Error(faults.join("\n"));
  });
  return openTab({ browser, jar, tabs }, { url, name, size, path });
}

async function openTab(person, { url, name, size, path }) {
  const tab = await person.jar.newTab(size);
  const page = new Page({ tab, url, name, size, person, finger: size.touch ? finger : "mouse" });
  person.tabs.push(page);
  await page.prefer(person.browser.wishes);
  await page.goto(path);
  return page;
}

/** A new person with an account, in a room. */
export async function newPersonIn(context, browser, colo, room, name, options = {}) {
  const page = await newPage(context, browser, colo.url, { name, ...options });
  await page.register(name);
  await page.enter(room);
  return page;
}

/** Another tab of the same person. */
export function newTab(_context, { person, url, name, size }) {
  return openTab(person, { url, size, name: `${name} tab` });
}

/** A wave across the pad, told from others by its number. */
export function wave(number = 0) {
  return Array.from({ length: 24 + number }, (_, i) => [
    0.15 + 0.028 * i * (24 / (24 + number)),
    0.5 + 0.25 * Math.sin(i / 3 + number),
  ]);
}
