/**
 * WebKitGTK, the engine of iPhones: WebKitWebDriver and its MiniBrowser, spoken
 * to in the W3C's words. A driver has one session, and a session one cookie jar,
 * so each person gets a driver, a browser and a screen (Xvfb) of their own.
 *
 * Its habits: a window is as narrow as a phone only with --full-screen and a size
 * set afterwards; the driver's pictures never come from a page that lies still (so the screen is
 * read); touch becomes the mouse, so a pen draws; pointers are on whole
 * pixels and a pen's pressure is 1 when it comes down and 0 as it moves; nobody is
 * told of errors in the page, so it keeps a list itself.
 */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newFolder, removeFolder } from "../colo.mjs";
import { asActions } from "./actions.mjs";
import { startNames } from "./names.mjs";
import { startDriver } from "./programs.mjs";
import { startScreen } from "./screen.mjs";

export const abilities = ["pen", "mouse", "scheme", "motion"];

export const finger = "pen";

const driverPath = process.env.WEBKIT_DRIVER_BIN ?? "/usr/bin/WebKitWebDriver";
const browserPath =
  process.env.WEBKIT_BROWSER_BIN ??
  readdirSync("/usr/lib", { withFileTypes: true })
    .map((folder) => `/usr/lib/${folder.name}/webkit2gtk-4.1/MiniBrowser`)
    .find((path) => existsSync(path));

/** A page that does not come to rest within this moves for good. */
const still_ms = 2_000;

/** A driver that does not answer within this never will. */
const patience_ms = 30_000;

/** @param {{hosts?: string, scheme?: string, motion?: string}} options */
export async function launch({ hosts, scheme = "light", motion }) {
  const names = hosts ? await startNames() : undefined;
  const jars = new Set();
  return {
    async newJar(size) {
      const jar = await newJar({ proxy: names?.address, scheme, motion, size });
      jars.add(jar);
      return jar;
    },
    async close() {
      const closed = await Promise.allSettled([...jars].map((jar) => jar.close()));
      await names?.close();
      for (const { reason } of closed) if (reason) throw reason;
    },
  };
}

async function newJar({ proxy, scheme, motion, size }) {
  const home = await newFolder();
  await mkdir(join(home, "gtk-3.0"));
  await writeFile(
    join(home, "gtk-3.0/settings.ini"),
    `[Settings]\ngtk-enable-animations=${motion !== "reduce"}\n`,
  );
  const screen = await startScreen(home);
  const env = {
    ...process.env,
    DISPLAY: screen.display,
    GDK_BACKEND: "x11",
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    XDG_CACHE_HOME: home,
    NO_AT_BRIDGE: "1",
    GTK_THEME: scheme === "dark" ? "Adwaita:dark" : "Adwaita",
    // There is no graphics card here, and without it these are far quicker.
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    WEBKIT_SKIA_ENABLE_CPU_RENDERING: "1",
    GDK_SCALE: String(size.ratio),
  };
  const { driver, port } = await startDriver(driverPath, env);
  const session = new Session(port, screen);
  let closing;
  const jar = {
    newTab: (size) => session.newTab(size),
    close() {
      closing ??= session.end().finally(async () => {
        await driver.end();
        await screen.end();
        await removeFolder(home);
      });
      return closing;
    },
  };
  try {
    await session.begin(proxy);
  } catch (error) {
    await jar.close();
    throw error;
  }
  return jar;
}

/** One WebDriver session: a person's browser. Commands go one after the other. */
class Session {
  #last = Promise.resolve();
  #current;
  #tabs = [];
  #id;

  constructor(port, screen) {
    this.screen = screen;
    this.url = `http://127.0.0.1:${port}/session`;
  }

  async begin(proxy) {
    const args = ["--automation", "--full-screen", ...(proxy ? [`--proxy=socks5://${proxy}`] : [])];
    const alwaysMatch = { "webkitgtk:browserOptions": { binary: browserPath, args } };
    const { sessionId } = await this.#call("POST", "", { capabilities: { alwaysMatch } });
    this.#id = sessionId;
    this.#current = await this.#call("GET", "/window");
    this.first = this.#current;
  }

  /** A command about the session, or about one of its windows. */
  command(method, path, body, window = this.#current) {
    const run = async () => {
      if (window !== this.#current) {
        await this.#call("POST", "/window", { handle: window });
        this.#current = window;
      }
      return this.#call(method, path, body);
    };
    const done = this.#last.then(run);
    this.#last = done.catch(() => {});
    return done;
  }

  async #call(method, path, body) {
    const answer = await fetch(this.url + (this.#id ? `/${this.#id}${path}` : path), {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(patience_ms),
    }).catch((error) => {
      throw new Error(`${method} ${path} was not answered: ${JSON.stringify(body)}`, {
        cause: error,
      });
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  async newTab(size) {
    const window =
      this.#tabs.length === 0
        ? this.first
        : (await this.command("POST", "/window/new", { type: "window" })).handle;
    const tab = new WebKitTab(this, window, size);
    this.#tabs.push(tab);
    const { width, height } = size;
    await this.command("POST", "/window/rect", { x: 0, y: 0, width, height }, window);
    return tab;
  }

  /** The driver's window is gone then, and stays so; another becomes the current one. */
  async closeTab(tab) {
    await tab.listen();
    this.#tabs.splice(this.#tabs.indexOf(tab), 1);
    await this.command("DELETE", "/window", undefined, tab.window);
  }

  /** Asks every page what went wrong in it, then ends. */
  async end() {
    if (this.#id === undefined) return;
    for (const tab of this.#tabs) await tab.listen();
    await this.command("DELETE", "");
  }
}

const keys = {
  ...{ Enter: "\uE007", Tab: "\uE004", Escape: "\uE00C", Backspace: "\uE003", Delete: "\uE017" },
  ...{ Shift: "\uE008", Control: "\uE009", Alt: "\uE00A", Meta: "\uE03D" },
  ...{ ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015" },
  ...{ Home: "\uE011", End: "\uE010", PageUp: "\uE00E", PageDown: "\uE00F", Space: " " },
};

class WebKitTab {
  /** What the page's own code threw, and what its security policy forbade. */
  faults = [];

  constructor(session, window, size) {
    this.session = session;
    this.size = size;
    this.window = window;
  }

  #command(method, path, body) {
    return this.session.command(method, path, body, this.window);
  }

  async goto(url) {
    await this.listen();
    await this.#command("POST", "/url", { url });
    await this.listen();
  }

  async reload() {
    await this.listen();
    await this.#command("POST", "/refresh", {});
    await this.listen();
  }

  async evaluate(run, args) {
    const script = `return (${run}).apply(null, arguments[0])`;
    return (await this.#command("POST", "/execute/sync", { script, args: [args] })) ?? undefined;
  }

  async script(text) {
    await this.#command("POST", "/execute/sync", { script: text, args: [] });
  }

  /** Takes what the page wrote down since the last time, and has it write on. */
  async listen() {
    try {
      const faults = await this.evaluate(keepFaults, []);
      this.faults.push(...faults);
    } catch {
      // A page that is gone has nothing to say.
    }
  }

  async pointer(kind, id, steps) {
    await this.#command("POST", "/actions", { actions: [asActions(kind, id, steps)] });
  }

  #keys(actions) {
    return this.#command("POST", "/actions", {
      actions: [{ type: "key", id: "keyboard", actions }],
    });
  }

  keyDown(key) {
    return this.#keys([{ type: "keyDown", value: keys[key] ?? key }]);
  }

  keyUp(key) {
    return this.#keys([{ type: "keyUp", value: keys[key] ?? key }]);
  }

  /** Text as a keyboard gives it; what has no key is put in as an input method does. */
  async type(text) {
    for (const [part] of text.matchAll(/[ -~]+|[^ -~]+/g)) {
      if (/[ -~]/.test(part))
        await this.#keys(
          [...part].flatMap((value) => [
            { type: "keyDown", value },
            { type: "keyUp", value },
          ]),
        );
      else await this.evaluate((put) => document.execCommand("insertText", false, put), [part]);
    }
  }

  close() {
    return this.session.closeTab(this);
  }

  /** Of the screen: the driver's own waits for ever while nothing on the page changes. */
  async picture() {
    const { width, height, ratio } = this.size;
    let last;
    // What moves without end is taken as it is.
    for (const until = Date.now() + still_ms; ; ) {
      await this.evaluate(untilPainted, []);
      const picture = await this.session.screen.picture(width * ratio, height * ratio);
      if (last?.equals(picture) || Date.now() > until) return picture;
      last = picture;
    }
  }
}

// What follows runs in the page.

function untilPainted() {
  return new Promise((tell) => requestAnimationFrame(() => requestAnimationFrame(() => tell())));
}

function keepFaults() {
  if (window.faultsSeen === undefined) {
    window.faultsSeen = [];
    const keep = (what) => window.faultsSeen.push(String(what));
    addEventListener("error", (event) => {
      // Nobody threw that: sizes that changed while sizes were told are told with the
      // next frame (Resize Observer §3.4). Puppeteer does not count it either.
      if (!event.message.startsWith("ResizeObserver loop"))
        keep(event.error?.stack ?? event.message);
    });
    addEventListener("unhandledrejection", (event) => keep(event.reason?.stack ?? event.reason));
    addEventListener("securitypolicyviolation", (event) =>
      keep(`the policy forbids ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`),
    );
  }
  return window.faultsSeen.splice(0);
}
