/**
 * One person's page, in words that any engine has: what the person sees, taps,
 * types and draws. Nothing here waits for a time to pass; whatever is waited for
 * has a deadline. The few things an engine must be able to do stand in engines/.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isAt, isReachable, isShown, placeOf } from "./in_page.mjs";

const shots = fileURLToPath(new URL("../shots/", import.meta.url));

/** Everything is to happen within this; only a broken or starved page takes longer. */
const patience_ms = 20_000;

/** How long until a page is asked again. */
const ask_ms = 25;

/** The element with this data-test. */
export const test = (name) => `[data-test="${name}"]`;

export class Page {
  #tab;
  #finger;

  constructor({ tab, url, name, size, person, finger }) {
    this.#tab = tab;
    this.#finger = finger;
    this.url = url;
    this.name = name;
    this.size = size;
    this.person = person;
  }

  /** What the page's own code threw, and what its security policy forbade. */
  faults() {
    return this.#tab.faults.map((fault) => `${this.name}: ${fault}`);
  }

  /** The person's wishes, where the engine is told of them page by page. */
  async prefer(wishes) {
    await this.#tab.prefer?.(wishes);
  }

  goto(path = "/") {
    return this.#tab.goto(this.url + path);
  }

  reload() {
    return this.#tab.reload();
  }

  /** Closes this tab; the person's others, and what they keep, stay. */
  close() {
    return this.#tab.close();
  }

  /** Kills the page's process, where the engine can. */
  crash() {
    return this.#tab.crash();
  }

  /** What `run` gives, which runs in the page; arguments and result are JSON. */
  evaluate(run, ...args) {
    return this.#tab.evaluate(run, args);
  }

  /** Runs a script's text in the page, whatever the page's policy says of scripts. */
  script(text) {
    return this.#tab.script(text);
  }

  /** Waits until `holds`, which runs in the page, gives something true; gives that. */
  async until(holds, ...args) {
    let error;
    for (const deadline = Date.now() + patience_ms; Date.now() < deadline; ) {
      try {
        const found = await this.evaluate(holds, ...args);
        if (found) return found;
        error = undefined;
      } catch (thrown) {
        error = thrown; // it may be on its way to another page
      }
      await pause(ask_ms);
    }
    const shot = await this.shot(`failed-${this.name}`).catch((failed) => `no picture: ${failed}`);
    throw new Error(`${this.name} waited in vain for ${holds} (${args}); see ${shot}`, {
      cause: error,
    });
  }

  /** Waits for an element to be shown. */
  async see(name) {
    await this.until(isShown, test(name), true);
  }

  /** Waits for it to be gone, or hidden. */
  async unseen(name) {
    await this.until(isShown, test(name), false);
  }

  /** Whether an element is shown now. */
  sees(name) {
    return this.evaluate(isShown, test(name), true);
  }

  /** The place of an element, by data-test or selector, once it is shown and lies still. */
  async box(name) {
    let last;
    const selector = name.startsWith("[") ? name : test(name);
    await this.until(isShown, selector, true);
    for (const until = Date.now() + patience_ms; Date.now() < until; await pause(ask_ms)) {
      const box = await this.until(placeOf, selector);
      if (JSON.stringify(box) === JSON.stringify(last)) return box;
      last = box;
    }
    throw new Error(`${this.name}: ${name} never lies still`);
  }

  /** A finger's tap, or a click where there is no touch, on what is brought into view for it. */
  async tap(name) {
    const selector = name.startsWith("[") ? name : test(name);
    for (const until = Date.now() + patience_ms; Date.now() < until; ) {
      await this.until(isReachable, selector);
      const { x, y, width, height } = await this.box(name);
      const middle = [x + width / 2, y + height / 2];
      // It may have gone elsewhere meanwhile.
      if (await this.evaluate(isAt, selector, ...middle)) return this.tapAt(...middle);
    }
    throw new Error(`${this.name}: no finger can come at ${name}`);
  }

  tapAt(x, y) {
    const kind = this.#finger === "touch" ? "touch" : "mouse";
    return this.#tab.pointer(kind, 0, [{ does: "down", x, y }, { does: "up" }]);
  }

  async focus(name) {
    await this.see(name);
    await this.evaluate((selector) => document.querySelector(selector).focus(), test(name));
  }

  /** Types into a field, after what stands there. */
  async fill(name, text) {
    await this.focus(name);
    await this.#tab.type(text);
  }

  /** Types into a field, in place of what stands there. */
  async refill(name, text) {
    await this.focus(name);
    await this.evaluate((selector) => document.querySelector(selector).select(), test(name));
    await this.#tab.type(text);
  }

  /** A key, or keys held together: "Enter", "Control+z". */
  async press(keys) {
    const names = keys.split("+");
    for (const name of names) await this.#tab.keyDown(name);
    for (const name of names.reverse()) await this.#tab.keyUp(name);
  }

  /** Taps the picture of the drawing with this seq. */
  async choose(seq) {
    const selector = `${test("message")}[data-seq="${seq}"] button`;
    await this.until((wanted) => document.querySelector(wanted) !== null, selector);
    await this.evaluate((wanted) => document.querySelector(wanted).click(), selector);
  }

  text(name) {
    return this.evaluate(
      (selector) => document.querySelector(selector).textContent.trim(),
      test(name),
    );
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
    await this.#fillIn("current-password", username);
  }

  async signIn(username) {
    await this.#fillIn("new-password", username);
  }

  /** Fills the form in after leaving the other form, which has that kind of password. */
  async #fillIn(other, username) {
    await this.see("submit");
    const wrong = (kind) => document.querySelector(`[autocomplete=${kind}]`) !== null;
    if (await this.evaluate(wrong, other)) await this.tap("toggle-register");
    await this.refill("username", username);
    await this.refill("password", "correct horse battery");
    await this.tap("submit");
  }

  async enter(room) {
    await this.tap(`room-${room}`);
    await this.untilReady();
  }

  /** Waits until the pad can be drawn on. */
  async untilReady() {
    await this.see("pad");
    await this.until(
      (selector) => document.querySelector(selector)?.dataset.ready === "true",
      test("pad"),
    );
  }

  /** Where points of the pad, from 0,0 to 1,1, are on the page. */
  async onPad(...points) {
    const { x, y, width, height } = await this.box("pad");
    return points.map(([across, down]) => [x + width * across, y + height * down]);
  }

  /**
   * Draws one stroke with a finger — the engine's best likeness of one, a mouse on a screen
   * without touch — or with the pointer that is named.
   * @param {[number, number][]} points of the pad, from 0,0 to 1,1
   * @param {{pointer?: "touch" | "pen" | "mouse", pressure?: number, release?: boolean}} [how]
   *   without release the pointer stays down, where it came to
   */
  async stroke(points, { pointer = this.#finger, pressure, release = true } = {}) {
    const before = await this.strokes();
    const places = await this.onPad(...points);
    const steps = places.map(([x, y], i) => ({ does: i === 0 ? "down" : "move", x, y, pressure }));
    await this.pointer(pointer, 0, release ? [...steps, { does: "up" }] : steps);
    if (release) await this.untilStrokes(before + 1);
  }

  /** Lifts the pointer that a stroke left down. */
  async lift({ pointer = this.#finger } = {}) {
    await this.pointer(pointer, 0, [{ does: "up" }]);
  }

  /** A finger, or the mouse, goes down on an element, moves by dx, dy px in steps, and lets go. */
  async drag(name, [dx, dy], { steps = 8, letGo = true } = {}) {
    const { x, y, width, height } = await this.box(name);
    const [fromX, fromY] = [x + width / 2, y + height / 2];
    // Off the page, no engine takes a pointer.
    const within = (at, length) => Math.min(length - 1, Math.max(0, at));
    const way = Array.from({ length: steps }, (_, i) => ({
      does: "move",
      x: within(fromX + (dx * (i + 1)) / steps, this.size.width),
      y: within(fromY + (dy * (i + 1)) / steps, this.size.height),
    }));
    const kind = this.#finger === "touch" ? "touch" : "mouse";
    await this.pointer(kind, 0, [{ does: "down", x: fromX, y: fromY }, ...way]);
    if (letGo) await this.letGo();
  }

  /** What drag() still holds is let go. */
  letGo() {
    return this.pointer(this.#finger === "touch" ? "touch" : "mouse", 0, [{ does: "up" }]);
  }

  /**
   * Steps of one pointer, on the page: {does: "down" | "move" | "up", x, y, pressure}. `id` tells
   * fingers apart.
   */
  pointer(kind, id, steps) {
    return this.#tab.pointer(kind, id, steps);
  }

  /** How many strokes are on the pad. */
  strokes() {
    return this.evaluate(
      (selector) => Number(document.querySelector(selector).dataset.strokes),
      test("pad"),
    );
  }

  async untilStrokes(count) {
    await this.until(
      (selector, wanted) => Number(document.querySelector(selector)?.dataset.strokes) === wanted,
      test("pad"),
      count,
    );
  }

  /** Holds Send until the caption opens. */
  async holdSend() {
    const { x, y, width, height } = await this.box("send");
    const kind = this.#finger === "touch" ? "touch" : "mouse";
    const at = { x: x + width / 3, y: y + height / 2 };
    await this.pointer(kind, 0, [{ does: "down", ...at }]);
    await this.see("caption-input");
    await this.pointer(kind, 0, [{ does: "up" }]);
  }

  /** The drawings in the feed, oldest first: {seq, author, state, ink, caption, alt}. */
  async messages() {
    const messages = await this.evaluate(
      (selector) =>
        [...document.querySelectorAll(selector)].map((card) => ({
          seq: Number(card.dataset.seq) || 0,
          author: card.dataset.author,
          state: card.dataset.state,
          ink: Number(card.dataset.ink),
          caption: card.querySelector('[data-test="caption-text"]')?.textContent ?? "",
          alt: card.querySelector("[aria-label]")?.getAttribute("aria-label"),
        })),
      test("message"),
    );
    return messages.map((message) => ({ ...message, seq: message.seq || undefined }));
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

  /** Waits until that many drawings wait to be sent. */
  async untilWaiting(count) {
    await this.until(
      (wanted) => document.querySelectorAll('[data-state="waiting"]').length === wanted,
      count,
    );
  }

  /** Keeps a picture under e2e/shots; gives its path. */
  async shot(name) {
    const picture = await this.#tab.picture();
    mkdirSync(shots, { recursive: true });
    const path = join(shots, `${name.replaceAll(/[^\w-]+/g, "-")}.png`);
    writeFileSync(path, picture);
    return path;
  }
}
