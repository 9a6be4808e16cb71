/**
 * A browser and the phones in it: one Chromium a test file, and for each person
 * a context with a cookie jar and storage of its own. Fingers are real touches,
 * given through the browser's protocol. Nothing here waits for a time to pass;
 * whatever is waited for has a deadline.
 */
import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const executablePath = process.env.CHROMIUM_BIN ?? "/usr/bin/chromium";
const shots = fileURLToPath(new URL("../shots/", import.meta.url));

/** Everything is to happen within this; only a broken or starved page takes longer. */
const patience_ms = 20_000;

export const sizes = {
  phone: { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  landscape: { width: 844, height: 390, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  tablet: { width: 820, height: 1180, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1, isMobile: false, hasTouch: false },
};

/** The element with this data-test. */
export const test = (name) => `[data-test="${name}"]`;

/**
 * Starts a browser that ends with the test.
 * @param {{after: (end: () => unknown) => void}} context
 * @param {{hosts?: string}} [options] names to resolve to this machine: "colo.test"
 */
export async function startBrowser(context, { hosts } = {}) {
  const profile = await mkdtemp(join(tmpdir(), "colo-browser-"));
  const browser = await puppeteer.launch({
    executablePath,
    userDataDir: profile,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...(hosts ? [`--host-resolver-rules=MAP ${hosts} 127.0.0.1`] : []),
    ],
  });
  context.after(async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return browser;
}

/** One person's page. */
export class Page {
  /** What the page's own code threw, and what its security policy forbade. */
  faults = [];

  constructor(page, url, name) {
    this.page = page;
    this.url = url;
    this.name = name;
    page.setDefaultTimeout(patience_ms);
    page.on("pageerror", (error) => this.faults.push(`${name}: ${error.stack ?? error}`));
    page.on("console", (line) => {
      if (/Content Security Policy|Uncaught/i.test(line.text()))
        this.faults.push(`${name}: ${line.text()}`);
    });
  }

  async goto(path = "/") {
    await this.page.goto(this.url + path);
  }

  reload() {
    return this.page.reload();
  }

  /** Waits for an element to be shown. */
  see(name) {
    return this.page.waitForSelector(test(name), { visible: true });
  }

  /** Waits for it to be gone, or hidden. */
  unseen(name) {
    return this.page.waitForSelector(test(name), { hidden: true });
  }

  /** A finger's tap, or a click where there is no touch. */
  async tap(name) {
    const element = await this.see(name);
    if (this.page.viewport().hasTouch) await element.tap();
    else await element.click();
  }

  async fill(name, text) {
    const element = await this.see(name);
    await element.focus();
    await element.type(text);
  }

  /** What `run` gives, which runs in the page; arguments and result are JSON. */
  evaluate(run, ...args) {
    return this.page.evaluate(run, ...args);
  }

  /** A key, or keys held together: "Enter", "Control+z". */
  async press(keys) {
    const names = keys.split("+");
    const last = names.pop();
    for (const name of names) await this.page.keyboard.down(name);
    await this.page.keyboard.press(last);
    for (const name of names.reverse()) await this.page.keyboard.up(name);
  }

  /** Taps the picture of the drawing with this seq. */
  async choose(seq) {
    const selector = `${test("message")}[data-seq="${seq}"] button`;
    await this.until((wanted) => document.querySelector(wanted) !== null, selector);
    await this.evaluate((wanted) => document.querySelector(wanted).click(), selector);
  }

  text(name) {
    return this.page.$eval(test(name), (element) => element.textContent.trim());
  }

  /** Waits until `holds`, which runs in the page, gives something true; gives that. */
  async until(holds, ...args) {
    try {
      const handle = await this.page.waitForFunction(holds, { polling: 50 }, ...args);
      return await handle.jsonValue();
    } catch (error) {
      const shot = await this.shot(`failed-${this.name}`);
      throw new Error(`${this.name} waited in vain for ${holds} (${args}); see ${shot}`, {
        cause: error,
      });
    }
  }

  untilText(name, pattern) {
    return this.until(
      (selector, source) =>
        [...document.querySelectorAll(selector)].some((element) =>
          new RegExp(source).test(element.textContent),
        ),
      test(name),
      pattern.source,
    );
  }

  /** Registers as `name` and waits for the list of rooms. */
  async register(username) {
    await this.see("submit");
    if (await this.page.$("[autocomplete=current-password]")) await this.tap("toggle-register");
    await this.fill("username", username);
    await this.fill("password", "correct horse battery");
    await this.tap("submit");
  }

  async signIn(username) {
    await this.see("submit");
    if (await this.page.$("[autocomplete=new-password]")) await this.tap("toggle-register");
    await this.page.$eval(test("username"), (input) => input.select());
    await this.fill("username", username);
    await this.fill("password", "correct horse battery");
    await this.tap("submit");
  }

  async enter(room) {
    await this.tap(`room-${room}`);
    await this.see("pad");
    await this.page.waitForSelector(`${test("pad")}[data-ready="true"]`);
  }

  /** Where a point of the pad, from 0,0 to 1,1, is on the page. */
  async onPad([x, y]) {
    const pad = await this.see("pad");
    const box = await pad.boundingBox();
    return [box.x + box.width * x, box.y + box.height * y];
  }

  /** Draws one stroke with a finger, or with the mouse where there is no touch. */
  async stroke(points) {
    const before = await this.strokes();
    const [first, ...rest] = await Promise.all(points.map((point) => this.onPad(point)));
    if (this.page.viewport().hasTouch) {
      await this.page.touchscreen.touchStart(...first);
      for (const point of rest) await this.page.touchscreen.touchMove(...point);
      await this.page.touchscreen.touchEnd();
    } else {
      await this.page.mouse.move(...first);
      await this.page.mouse.down();
      for (const point of rest) await this.page.mouse.move(...point);
      await this.page.mouse.up();
    }
    await this.untilStrokes(before + 1);
  }

  /** How many strokes are on the pad. */
  strokes() {
    return this.page.$eval(test("pad"), (pad) => Number(pad.dataset.strokes));
  }

  untilStrokes(count) {
    return this.until(
      (selector, wanted) => Number(document.querySelector(selector)?.dataset.strokes) === wanted,
      test("pad"),
      count,
    );
  }

  /** Holds Send until the caption opens. */
  async holdSend() {
    const send = await this.see("send");
    const box = await send.boundingBox();
    await this.page.touchscreen.touchStart(box.x + box.width / 3, box.y + box.height / 2);
    await this.see("caption-input");
    await this.page.touchscreen.touchEnd();
  }

  /** The drawings in the feed, oldest first: {seq, author, state, ink, caption, alt}. */
  messages() {
    return this.page.$$eval(test("message"), (cards) =>
      cards.map((card) => ({
        seq: Number(card.dataset.seq) || undefined,
        author: card.dataset.author,
        state: card.dataset.state,
        ink: Number(card.dataset.ink),
        caption: card.querySelector('[data-test="caption-text"]')?.textContent ?? "",
        alt: card.querySelector("[aria-label]")?.getAttribute("aria-label"),
      })),
    );
  }

  /** Waits until that many drawings are in the feed and the server has them all. */
  async untilSent(count) {
    await this.until(
      (selector, wanted) => {
        const cards = [...document.querySelectorAll(selector)];
        return cards.length === wanted && cards.every((card) => card.dataset.state === "sent");
      },
      test("message"),
      count,
    );
    return this.messages();
  }

  /**
   * Waits until that many drawings are in the feed and the server has them all;
   * only those near the screen are in the page.
   */
  untilCount(count) {
    return this.until(
      (selector, wanted) => {
        const feed = document.querySelector(selector)?.dataset;
        return Number(feed?.count) === wanted && feed.unsent === "0";
      },
      test("feed"),
      count,
    );
  }

  /** A finger (or the mouse) goes down on an element, moves by dx, dy px in steps, and lets go. */
  async drag(name, [dx, dy], { steps = 8, letGo = true } = {}) {
    const box = await (await this.see(name)).boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const { touchscreen, mouse } = this.page;
    const touch = this.page.viewport().hasTouch;
    if (touch) await touchscreen.touchStart(x, y);
    else {
      await mouse.move(x, y);
      await mouse.down();
    }
    for (let i = 1; i <= steps; ++i) {
      const to = [x + (dx * i) / steps, y + (dy * i) / steps];
      await (touch ? touchscreen.touchMove(...to) : mouse.move(...to));
    }
    if (letGo) await this.letGo();
  }

  /** What drag() still holds is let go. */
  letGo() {
    const { touchscreen, mouse } = this.page;
    return this.page.viewport().hasTouch ? touchscreen.touchEnd() : mouse.up();
  }

  /** Scrolls the feed to its first drawing, or the newest one; resolves when that is shown. */
  scrollFeed(to) {
    return this.until(
      (selector, top) => {
        const feed = document.querySelector(selector);
        feed.scrollTop = top ? 0 : feed.scrollHeight;
        const seq = top ? feed.dataset.first : feed.dataset.last;
        return feed.querySelector(`[data-seq="${seq}"]`) !== null;
      },
      test("feed"),
      to === "first",
    );
  }

  /** Keeps a picture under e2e/shots; gives its path. */
  async shot(name) {
    mkdirSync(shots, { recursive: true });
    const path = join(shots, `${name.replaceAll(/[^\w-]+/g, "-")}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  close() {
    return this.page.browserContext().close();
  }
}

/**
 * A new person's phone, with the page open. When the test ends, nothing may have
 * gone wrong in the page that nobody saw.
 */
export async function newPage(context, browser, url, { name = "phone", size = sizes.phone } = {}) {
  const jar = await browser.createBrowserContext();
  const page = new Page(await jar.newPage(), url, name);
  context.after(() => {
    if (page.faults.length > 0) throw new Error(page.faults.join("\n"));
  });
  await page.page.setViewport(size);
  await page.goto();
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
export async function newTab(context, page) {
  const tab = new Page(await page.page.browserContext().newPage(), page.url, `${page.name} tab`);
  context.after(() => {
    if (tab.faults.length > 0) throw new Error(tab.faults.join("\n"));
  });
  await tab.page.setViewport(page.page.viewport());
  await tab.goto();
  return tab;
}

/** A wave across the pad, told from others by its number. */
export function wave(number = 0) {
  return Array.from({ length: 24 + number }, (_, i) => [
    0.15 + 0.028 * i * (24 / (24 + number)),
    0.5 + 0.25 * Math.sin(i / 3 + number),
  ]);
}
