import { describe, expect, test } from "vitest";
import { momentAt, PAUSE_MAX_MS, POINT_MAX_MS, STROKE_MIN_MS, timeline } from "./replay";
import { seeded, testSeed } from "./seeded";
import type { Drawing, Stroke } from "./stroke";

const stroke = (startMs: number, durationMs: number, points = 11): Stroke => ({
  tool: "pen",
  rgb: 0,
  width: 20,
  startMs,
  durationMs,
  points: Array.from({ length: points * 2 }, (_, i) => i),
  pressure: [],
});
const drawing = (...strokes: Stroke[]): Drawing => ({ paper: 0xffffff, strokes });

describe("the timeline", () => {
  test("keeps the recorded rhythm", () => {
    const time = timeline(drawing(stroke(0, 200), stroke(500, 300), stroke(900, 100)));
    expect(time.beats).toEqual([
      { startMs: 0, endMs: 200 },
      { startMs: 500, endMs: 800 },
      { startMs: 900, endMs: 1000 },
    ]);
    expect(time.totalMs).toBe(1000);
  });

  test("shortens the pauses that nobody wants to wait out", () => {
    const time = timeline(drawing(stroke(60_000, 200), stroke(600_000, 300)));
    expect(time.beats[0]?.startMs).toBe(0);
    expect(time.beats[1]?.startMs).toBe(200 + PAUSE_MAX_MS);
  });

  test("shortens a finger that rested, and shows a dot long enough to be seen", () => {
    const time = timeline(drawing(stroke(0, 3_600_000, 10), stroke(3_600_000, 0, 1)));
    const first = PAUSE_MAX_MS + 10 * POINT_MAX_MS;
    expect(time.beats).toEqual([
      { startMs: 0, endMs: first },
      { startMs: first, endMs: first + STROKE_MIN_MS },
    ]);
  });

  test("of strokes whose times overlap, one follows the other", () => {
    const time = timeline(drawing(stroke(500, 400), stroke(0, 200)));
    expect(time.beats).toEqual([
      { startMs: 0, endMs: 400 },
      { startMs: 400, endMs: 600 },
    ]);
  });

  test("an empty drawing is over at once", () => {
    expect(timeline(drawing()).totalMs).toBe(0);
    expect(momentAt(drawing(), timeline(drawing()), 0)).toEqual({ whole: 0, points: 0 });
  });
});

describe("a moment", () => {
  const two = drawing(stroke(0, 200), stroke(500, 300));
  const time = timeline(two);

  test("has the strokes that are finished, and the begin of the one being drawn", () => {
    expect(momentAt(two, time, 0)).toEqual({ whole: 0, points: 1 });
    expect(momentAt(two, time, 100)).toEqual({ whole: 0, points: 6 });
    expect(momentAt(two, time, 200)).toEqual({ whole: 1, points: 0 });
    expect(momentAt(two, time, 499)).toEqual({ whole: 1, points: 0 });
    expect(momentAt(two, time, 530)).toEqual({ whole: 1, points: 2 });
    expect(momentAt(two, time, 800)).toEqual({ whole: 2, points: 0 });
  });

  test("never goes back, whatever was recorded", () => {
    const random = seeded(testSeed());
    for (let round = 0; round < 50; round++) {
      const any = () => Math.floor(random() * 3000);
      const strokes = Array.from({ length: 1 + (any() % 20) }, () =>
        stroke(any(), any(), 1 + (any() % 40)),
      );
      const one = drawing(...strokes);
      const clock = timeline(one);
      let [whole, points] = [0, 0];
      for (let ms = 0; ms <= clock.totalMs; ms += 1 + random() * 200) {
        const now = momentAt(one, clock, ms, whole);
        expect(now).toEqual(momentAt(one, clock, ms));
        expect(now.whole).toBeGreaterThanOrEqual(whole);
        if (now.whole === whole) expect(now.points).toBeGreaterThanOrEqual(points);
        expect(now.points * 2).toBeLessThanOrEqual(strokes[now.whole]?.points.length ?? 0);
        [whole, points] = [now.whole, now.points];
      }
      expect(momentAt(one, clock, clock.totalMs).whole).toBe(strokes.length);
    }
  });
});
