import { expect, test } from "vitest";
import { type Ink, outline } from "./outline";
import { boxAround, shapeOf } from "./shape";

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

const boxOf = (stroke: Ink, ahead: readonly number[] = []) =>
  boxAround(shapeOf(stroke, { finished: ahead.length === 0, ahead }));

test("an outline lies around its line, no further away than the pen is wide", () => {
  const box = boxOf(ink(straight));
  expect(box).toBeDefined();
  if (box === undefined) return;
  expect(box.x).toBeGreaterThan(200 - 40);
  expect(box.x + box.width).toBeLessThan(1800 + 40);
  expect(box.y).toBeGreaterThan(700 - 40);
  expect(box.y + box.height).toBeLessThan(700 + 40);
  expect(box.width).toBeGreaterThan(1500);
});

test("an eraser is as wide as it says", () => {
  const box = boxOf(ink(straight, { tool: "eraser", width: 100 }));
  // boxAround adds 8 on each side.
  expect((box?.height ?? 0) - 16).toBeCloseTo(100, 0);
});

test("a tap is a dot, about as large as the pen", () => {
  const box = boxOf(ink([500, 500]));
  expect(box).toBeDefined();
  if (box === undefined) return;
  expect(box.width - 16).toBeGreaterThan(15);
  expect(box.width - 16).toBeLessThan(60);
  expect(box.x + box.width / 2).toBeCloseTo(500, -1);
});

test("more pressure is a thicker line", () => {
  const height = (pressure: number) =>
    boxOf(ink(straight, { pressure: Array(41).fill(pressure) }))?.height ?? 0;
  expect(height(230)).toBeGreaterThan(height(40) + 5);
});

test("predicted points lengthen the outline without touching the stroke", () => {
  const stroke = ink(straight);
  const before = stroke.points.slice();
  const ahead = boxOf(stroke, [1840, 700, 1880, 700]);
  const without = boxOf(stroke);
  expect(stroke.points).toEqual(before);
  expect((ahead?.x ?? 0) + (ahead?.width ?? 0)).toBeGreaterThan(
    (without?.x ?? 0) + (without?.width ?? 0) + 10,
  );
});

test("a short stroke after a long one shows nothing of the long one", () => {
  boxOf(ink(straight));
  const box = boxOf(ink([10, 10, 30, 30]));
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(200);
});

test("an outline of nothing is nothing", () => {
  expect(outline(ink([]), true)).toEqual([]);
  expect(boxOf(ink([]))).toBeUndefined();
});

test("a part of a long stroke has the outline that the whole one has there", () => {
  const points: number[] = [];
  for (let i = 0; i < 900; i++) {
    points.push(
      Math.round(1024 + 700 * Math.cos(i / 80) * Math.sin(i / 300)),
      Math.round(768 + 600 * Math.sin(i / 70)),
    );
  }
  const stroke = ink(points);
  const whole = outline(stroke, false);
  // Its two ends are rounded off; the rest lies on the whole one's outline, but
  // for the corners that perfect-freehand leaves out, others in each.
  const part = outline(stroke, false, [], { from: 400, to: 800 });
  const ends = [430, 799].map((i) => [points[2 * i] ?? 0, points[2 * i + 1] ?? 0] as const);
  const inner = part.filter(([x = 0, y = 0]) =>
    ends.every(([endX, endY]) => Math.hypot(x - endX, y - endY) > 400),
  );
  expect(inner.length).toBeGreaterThan(50);
  for (const [x = 0, y = 0] of inner) {
    const away = Math.min(...whole.map((from, i) => distance(x, y, from, whole[i + 1] ?? from)));
    expect(away).toBeLessThan(4);
  }
});

/** From x, y to the line between two corners of an outline. */
function distance(x: number, y: number, from: number[], to: number[]): number {
  const [ax = 0, ay = 0] = from;
  const [bx = 0, by = 0] = to;
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = length === 0 ? 0 : ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length;
  const within = Math.min(1, Math.max(0, t));
  return Math.hypot(ax + within * (bx - ax) - x, ay + within * (by - ay) - y);
}
