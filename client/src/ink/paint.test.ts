import { expect, test } from "vitest";
import { boxAround, type Ink, outline } from "./paint";

const ink = (points: number[], more: Partial<Ink> = {}): Ink => ({
  tool: "pen",
  rgb: 0,
  width: 40,
  points,
  pressure: [],
  ...more,
});

/** A straight line of 41 points from (200, 700) to (1800, 700). */
const straight = Array.from({ length: 41 }, (_, i) => [200 + 40 * i, 700]).flat();

test("an outline lies around its line, no further away than the pen is wide", () => {
  const box = boxAround(outline(ink(straight), true));
  expect(box).toBeDefined();
  if (box === undefined) return;
  expect(box.x).toBeGreaterThan(200 - 40);
  expect(box.x + box.width).toBeLessThan(1800 + 40);
  expect(box.y).toBeGreaterThan(700 - 40);
  expect(box.y + box.height).toBeLessThan(700 + 40);
  expect(box.width).toBeGreaterThan(1500);
});

test("an eraser is as wide as it says", () => {
  const box = boxAround(outline(ink(straight, { tool: "eraser", width: 100 }), true));
  // boxAround adds 8 on each side.
  expect((box?.height ?? 0) - 16).toBeCloseTo(100, 0);
});

test("a tap is a dot, about as large as the pen", () => {
  const box = boxAround(outline(ink([500, 500]), true));
  expect(box).toBeDefined();
  if (box === undefined) return;
  expect(box.width - 16).toBeGreaterThan(15);
  expect(box.width - 16).toBeLessThan(60);
  expect(box.x + box.width / 2).toBeCloseTo(500, -1);
});

test("more pressure is a thicker line", () => {
  const height = (pressure: number) =>
    boxAround(outline(ink(straight, { pressure: Array(41).fill(pressure) }), true))?.height ?? 0;
  expect(height(230)).toBeGreaterThan(height(40) + 5);
});

test("predicted points lengthen the outline without touching the stroke", () => {
  const stroke = ink(straight);
  const before = stroke.points.slice();
  const ahead = boxAround(outline(stroke, false, [1840, 700, 1880, 700]));
  const without = boxAround(outline(stroke, false));
  expect(stroke.points).toEqual(before);
  expect((ahead?.x ?? 0) + (ahead?.width ?? 0)).toBeGreaterThan(
    (without?.x ?? 0) + (without?.width ?? 0) + 10,
  );
});

test("a short stroke after a long one shows nothing of the long one", () => {
  outline(ink(straight), true);
  const box = boxAround(outline(ink([10, 10, 30, 30]), true));
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(200);
});

test("an outline of nothing is nothing", () => {
  expect(outline(ink([]), true)).toEqual([]);
  expect(boxAround([])).toBeUndefined();
});
