/** A finger that makes 120 touches a second, however slow the page is. */

export const touches_per_second = 120;
const step_ms = 1000 / touches_per_second;
/** The most touches without an answer while hurrying. */
const hurried_at_once = 24;

/** Waits briefly, and not beyond `at` on the clock of performance.now(). */
function wait(at) {
  const left = at - performance.now();
  if (left > 1.5) return new Promise((done) => setTimeout(done, left - 1));
  return new Promise((done) => setImmediate(done));
}

export class Finger {
  /** @param {import("puppeteer-core").CDPSession} cdp */
  constructor(cdp) {
    this.cdp = cdp;
  }

  /** @param {number} [timestamp] seconds since 1970 */
  #touch(type, point, timestamp = Date.now() / 1000) {
    const touchPoints = point ? [{ id: 1, radiusX: 8, radiusY: 8, force: 1, ...point }] : [];
    return this.cdp.send("Input.dispatchTouchEvent", { type, touchPoints, timestamp });
  }

  /** @param {{x: number, y: number}} point in CSS pixels */
  down(point) {
    return this.#touch("touchStart", point);
  }

  /**
   * Moves over the points, one each 1/120 s. Each touch is sent at its time, even if the previous
   * one has no answer yet, and carries that time.
   */
  async move(points) {
    const began = performance.now();
    const beganAt_ms = Date.now();
    const answers = [];
    for (const [index, point] of points.entries()) {
      const after_ms = (index + 1) * step_ms;
      while (performance.now() < began + after_ms) await wait(began + after_ms);
      answers.push(this.#touch("touchMove", point, (beganAt_ms + after_ms) / 1000));
    }
    await Promise.all(answers);
  }

  /** Moves over the points as fast as the page accepts them. */
  async hurry(points) {
    for (let i = 0; i < points.length; i += hurried_at_once) {
      const some = points.slice(i, i + hurried_at_once);
      await Promise.all(some.map((point) => this.#touch("touchMove", point)));
    }
  }

  up() {
    return this.#touch("touchEnd");
  }

  /** A complete stroke. */
  async draw([first, ...rest]) {
    await this.down(first);
    await this.move(rest);
    await this.up();
  }
}
