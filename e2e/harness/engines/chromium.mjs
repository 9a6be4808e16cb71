/** Chromium: touches, pens and mice are given through its own protocol (CDP). */
import puppeteer from "puppeteer-core";
import { newFolder, removeFolder } from "../colo.mjs";
import { PuppetTab } from "./puppets.mjs";

export const abilities = [
  "touch",
  "pen",
  "mouse",
  "pressure",
  "fractions",
  "scheme",
  "motion",
  "axe",
  "crash",
];

/** What draws when nobody says what, on a screen that can be touched. */
export const finger = "touch";

export const executablePath = process.env.CHROMIUM_BIN ?? "/usr/bin/chromium";

/** What keeps it from asking anybody but us. */
export const quietly = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * @param {{hosts?: string, anyCertificate?: boolean}} options names to resolve to this machine;
 *   whether certificates need nobody's signature
 */
export async function launch({ hosts, anyCertificate }) {
  const profile = await newFolder();
  const browser = await puppeteer.launch({
    executablePath,
    userDataDir: profile,
    args: [
      ...quietly,
      ...(hosts ? [`--host-resolver-rules=MAP ${hosts} 127.0.0.1`] : []),
      ...(anyCertificate ? ["--ignore-certificate-errors"] : []),
    ],
  });
  return {
    async newJar() {
      const jar = await browser.createBrowserContext();
      return {
        newTab: async (size) => {
          const page = await jar.newPage({ type: "window" }); // a tab behind another hears no touch
          await page.setViewport({
            width: size.width,
            height: size.height,
            deviceScaleFactor: size.ratio,
            isMobile: size.touch,
            hasTouch: size.touch,
          });
          return new ChromiumTab(page, await page.createCDPSession());
        },
        close: () => jar.close(),
      };
    },
    async close() {
      await browser.close();
      await removeFolder(profile);
    },
  };
}

const mouseEvents = { down: "mousePressed", move: "mouseMoved", up: "mouseReleased" };
const touchEvents = { down: "touchStart", move: "touchMove", up: "touchEnd" };

class ChromiumTab extends PuppetTab {
  /** The fingers that are down, by number. */
  #touches = new Map();
  /** Where each mouse and pen was last, and whether it is down. */
  #points = new Map();

  constructor(page, protocol) {
    super(page);
    this.protocol = protocol;
  }

  /** The page's process dies, and has no time for a last word. */
  async crash() {
    const gone = new Promise((tell) => this.protocol.once("Inspector.targetCrashed", tell));
    await this.protocol.send("Inspector.enable");
    this.protocol.send("Page.crash").catch(() => {}); // nobody is left to answer
    await gone;
  }

  /** The steps of one pointer: {does: "down" | "move" | "up", x, y, pressure}. */
  async pointer(kind, id, steps) {
    for (const step of steps) {
      if (kind === "touch") await this.#touch(id, step);
      else await this.#point(kind, step);
    }
  }

  #touch(id, { does, x, y, pressure }) {
    if (does === "up") this.#touches.delete(id);
    else this.#touches.set(id, { x, y, id, force: pressure ?? 0.5 });
    return this.protocol.send("Input.dispatchTouchEvent", {
      type: touchEvents[does],
      touchPoints: [...this.#touches.values()],
    });
  }

  #point(kind, { does, x, y, pressure }) {
    const last = this.#points.get(kind) ?? { x: 0, y: 0, down: false };
    const down = does === "down" || (does === "move" && last.down);
    const now = { x: x ?? last.x, y: y ?? last.y, down };
    this.#points.set(kind, now);
    return this.protocol.send("Input.dispatchMouseEvent", {
      type: mouseEvents[does],
      x: now.x,
      y: now.y,
      button: down || does === "up" ? "left" : "none",
      buttons: down ? 1 : 0,
      clickCount: does === "move" ? 0 : 1,
      pointerType: kind,
      ...(kind === "pen" ? { force: down ? (pressure ?? 0.5) : 0 } : {}),
    });
  }

  /** The person's wishes: {scheme: "light" | "dark", motion: "reduce" | "no-preference"}. */
  prefer({ scheme, motion }) {
    return this.page.emulateMediaFeatures([
      ...(scheme ? [{ name: "prefers-color-scheme", value: scheme }] : []),
      ...(motion ? [{ name: "prefers-reduced-motion", value: motion }] : []),
    ]);
  }

  async script(text) {
    // What comes as text is run through the protocol, which no page's policy forbids.
    await this.protocol.send("Runtime.evaluate", { expression: text });
  }
}
