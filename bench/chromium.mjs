/**
 * The browser that is measured, and the one phone in it. It is Debian's Chromium without
 * a window; the size is that of a phone, and the speed of its main thread can be lowered.
 */
import puppeteer from "puppeteer-core";
import { newFolder, removeFolder } from "../e2e/harness/colo.mjs";
import { executablePath, quietly } from "../e2e/harness/engines/chromium.mjs";

const password = "correct horse battery";

/** Whatever is waited for comes within this, or the measuring ends. */
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

/** A browser with a fresh profile, which ends when `context` does. */
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

/** One person's phone: a page of their own, and the browser's protocol to it. */
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

  /** Goes into a room by its address, and waits until its pad can be drawn on. */
  async enter(room) {
    await this.page.evaluate((id) => {
      location.hash = `#/room/${id}`;
    }, room);
    await this.page.waitForSelector(`${named("pad")}[data-ready="true"]`);
  }

  /** Loads the page anew, at the list of rooms. */
  async toLobby() {
    await this.page.goto(`${this.url}/favicon.svg`);
    await this.page.goto(this.url);
    await this.page.waitForSelector('[data-test^="room-"]');
  }

  /** The next binary WebSocket message of the page that `matches`; wants Network.enable. */
  nextSent(matches) {
    return new Promise((tell, fail) => {
      const timer = setTimeout(() => {
        this.cdp.off("Network.webSocketFrameSent", look);
        fail(new Error("the page sent no such message"));
      }, patience_ms);
      const look = ({ response }) => {
        const bytes = Buffer.from(response.payloadData, "base64");
        if (response.opcode !== 2 || !matches(bytes)) return;
        clearTimeout(timer);
        this.cdp.off("Network.webSocketFrameSent", look);
        tell(bytes);
      };
      this.cdp.on("Network.webSocketFrameSent", look);
    });
  }

  /** Makes the page's main thread this many times slower. */
  slowDown(rate) {
    return this.cdp.send("Emulation.setCPUThrottlingRate", { rate });
  }

  /** Resolves when the page has painted what is due now and nothing is left to do at once. */
  calm() {
    return this.page.evaluate(
      () =>
        new Promise((done) =>
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))),
        ),
    );
  }
}

/** A new person's phone, before any page is open in it. */
export async function newPhonePage(browser, url) {
  const jar = await browser.createBrowserContext();
  const page = await jar.newPage();
  page.setDefaultTimeout(patience_ms);
  await page.setViewport(phoneSize);
  const cdp = await page.createCDPSession();
  return new PhonePage(page, cdp, url);
}
