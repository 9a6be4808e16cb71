import { expect, test } from "vitest";
import { behind, firstCursor, moved, nextLine, typed } from "./stamp_cursor";
import { CANVAS_HEIGHT, CANVAS_WIDTH } from "./stroke";

test("signs stand side by side, each as wide as it is", () => {
  let cursor = firstCursor(160);
  const places = [..."hill"].map((sign) => {
    const place = typed(cursor, sign, 160);
    cursor = place.next;
    return place;
  });
  const xs = places.map((place) => place.x);
  expect(xs).toEqual([...xs].sort((a, b) => a - b));
  expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBeGreaterThan((xs[2] ?? 0) - (xs[1] ?? 0)); // h is wider than i
  expect(new Set(places.map((place) => place.y)).size).toBe(1);
});

test("a full line goes on in the next, a full canvas at the top", () => {
  let cursor = firstCursor(256);
  const seen = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const place = typed(cursor, "W", 256);
    expect(place.x).toBeGreaterThan(0);
    expect(place.x).toBeLessThan(CANVAS_WIDTH);
    expect(place.y).toBeLessThan(CANVAS_HEIGHT);
    seen.add(`${place.x} ${place.y}`);
    cursor = place.next;
  }
  expect(seen.size).toBeLessThan(100);
});

test("typing goes on behind a sign that was put by hand, and under it", () => {
  const cursor = behind(1000, 700, "A", 160);
  const next = typed(cursor, "A", 160);
  expect(next.y).toBe(700);
  expect(next.x).toBeGreaterThan(1000);
  expect(typed(nextLine(cursor, 160), "A", 160).x).toBe(1000);
});

test("arrow keys keep it on the canvas", () => {
  let cursor = firstCursor(160);
  for (let i = 0; i < 100; i++) cursor = moved(cursor, -64, -64);
  expect(cursor.x).toBe(0);
  expect(cursor.y).toBeGreaterThan(0);
  for (let i = 0; i < 100; i++) cursor = moved(cursor, 64, 64);
  expect(cursor.x).toBeLessThan(CANVAS_WIDTH);
  expect(cursor.y).toBeLessThan(CANVAS_HEIGHT);
});
