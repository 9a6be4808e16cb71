/**
 * What Chromium and Firefox have in common: puppeteer drives both. Everything an
 * engine is asked for stands here or in its own file, and only page.mjs asks.
 */

/** One tab of a person, in a browser that puppeteer drives. */
export class PuppetTab {
  /** What the page's own code threw, and what its security policy forbade. */
  faults = [];

  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => this.faults.push(String(error?.stack ?? error)));
    page.on("console", (line) => {
      if (/Content Security Policy|Content-Security-Policy|Uncaught/i.test(line.text()))
        this.faults.push(line.text());
    });
  }

  async goto(url) {
    await this.page.goto(url);
  }

  async reload() {
    await this.page.reload();
  }

  /** What `run` gives, in the page; arguments and result are JSON. */
  evaluate(run, args) {
    return this.page.evaluate(run, ...args);
  }

  /** Runs a script's text in the page, whatever the page's policy says of scripts. */
  async script(text) {
    await this.page.evaluate(text);
  }

  keyDown(key) {
    return this.page.keyboard.down(key);
  }

  keyUp(key) {
    return this.page.keyboard.up(key);
  }

  /** Text as a keyboard gives it; what has no key is put in as an input method does. */
  type(text) {
    return this.page.keyboard.type(text);
  }

  close() {
    return this.page.close();
  }

  picture() {
    return this.page.screenshot();
  }
}
