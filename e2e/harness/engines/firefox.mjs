/**
 * Firefox: driven by WebDriver BiDi, which puppeteer speaks too. It has no pen,
 * and puts pointers on whole pixels. The colour scheme is a wish of the whole
 * browser, so there is one browser for each.
 */
import puppeteer from "puppeteer-core";
import { asActions } from "./actions.mjs";
import { PuppetTab } from "./puppets.mjs";

export const abilities = ["touch", "mouse", "scheme", "motion", "axe"];

export const finger = "touch";

/** @param {{hosts?: string, scheme?: string, motion?: string}} options */
export async function launch({ hosts, scheme = "light", motion }) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX_BIN ?? "/usr/bin/firefox-esr",
    headless: true,
    extraPrefsFirefox: {
      "dom.w3c_touch_events.enabled": 1,
      "layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1,
      "ui.prefersReducedMotion": motion === "reduce" ? 1 : 0,
      ...(hosts ? { "network.dns.localDomains": hosts } : {}),
    },
  });
  return {
    async newJar() {
      const jar = await browser.createBrowserContext();
      return {
        newTab: async (size) => {
          // A window for each: a tab behind another one would be asleep.
          const page = await jar.newPage({ type: "window" });
          await page.setViewport({
            width: size.width,
            height: size.height,
            deviceScaleFactor: size.ratio,
          });
          return new FirefoxTab(page);
        },
        close: () => jar.close(),
      };
    },
    close: () => browser.close(),
  };
}

class FirefoxTab extends PuppetTab {
  pointer(kind, id, steps) {
    return this.page.mainFrame().browsingContext.performActions([asActions(kind, id, steps)]);
  }
}
