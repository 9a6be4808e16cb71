/**
 * The measured browser, Debian's Chromium without a window, and the one page in it. The page has
 * the size of a phone, and its main thread can be slowed down.
 */
import puppeteer from "puppeteer-core";
import { newFolder, removeFolder } from "../e2e/harness/colo.mjs";
import { executablePath, quietly } from "../e2e/harness/engines/chromium.mjs";

const password = "correct horse battery";

/** Every wait fails after this time. */
export const patience_ms = 60_000;

export const phoneSize = {
  width: 390,
  height: 844,
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

/** The element with this data-test. */
export const named = (name) => `[data-test="${name}"]`;

/** A browser with a new profile; it ends with the context. */
export async function startChromium(context) {
  const profile = await newFolder();
  const browser = await puppeteer.launch({
    executablePath,
    userDataDir: profile,
    protocolTimeout: 3 * patience_ms,
    args: quietly,
  });
  context.after(async () => {
    await browser.close();
    await removeFolder(profile);
  });
  return browser;
}

/** One person's page, and the DevTools protocol session to it. */
export class PhonePage {
  constructor(page, cdp, url) {
    this.page = page;
    this.cdp = cdp;
    this.url = url;
  }

  see(name) {
    return this.page.waitForSelector(named(name), { visible: true });
  }

  async tap(name) {
    await (await this.see(name)).tap();
  }

  async fill(name, text) {
    await (await this.see(name)).type(text);
  }

  async register(username) {
    await this.page.goto(this.url);
    await this.see("submit");
    if (await this.page.$("[autocomplete=current-password]")) await this.tap("toggle-register");
    await this.fill("username", username);
    await this.fill("password", password);
    await this.tap("submit");
    await this.page.waitForSelector('[data-test^="room-"]');
  }

  /** Enters a room by its address, and waits until the pad accepts strokes. */
  async enter(room) {
    await this.page.evaluate((id) => {
      location.hash = `#/room/${id}`;
    }, room);
    await this.page.waitForSelector(`${named("pad")}[data-ready="true"]`);
  }

  /** Reloads the page at the list of rooms. */
  async toLobby() {
    await this.page.goto(`${this.url}/favicon.svg`);
    await this.page.goto(this.url);
    await this.page.waitForSelector('[data-test^="room-"]');
  }

  /** The next binary WebSocket message of the page that `matches`. Needs Network.enable. */
  nextSent(matches) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.cdp.off("Network.webSocketFrameSent", look);
        reject(new Error("the page sent no such message"));
      }, patience_ms);
      const look = ({ response }) => {
        const bytes = Buffer.from(response.payloadData, "base64");
        if (response.opcode !== 2 || !matches(bytes)) return;
        clearTimeout(timer);
        this.cdp.off("Network.webSocketFrameSent", look);
        resolve(bytes);
      };
      this.cdp.on("Network.webSocketFrameSent", look);
    });
  }

  /** Makes the page's main thread this many times slower. */
  slowDown(rate) {
    return this.cdp.send("Emulation.setCPUThrottlingRate", { rate });
  }

  /** Resolves when the page has painted what is due and has no more immediate work. */
  calm() {
    return this.page.evaluate(
      () =>
        new Promise((done) =>
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))),
        ),
    );
  }
}

/** A page for a new person, with cookies of its own; nothing is loaded yet. */
export async function newPhonePage(browser, url) {
  const jar = await browser.createBrowserContext();
  const page = await jar.newPage();
  page.setDefaultTimeout(patience_ms);
  await page.setViewport(phoneSize);
  const cdp = await page.createCDPSession();
  return new PhonePage(page, cdp, url);
}
