import { expect, test } from "vitest";
import { centerLine } from "./center_line";
import type { Ink } from "./outline";
import { seeded, testSeed } from "./seeded";

const ink = (points: number[], pressure: number[] = []): Ink => ({
  tool: "pen",
  rgb: 0,
  width: 26,
  points,
  pressure,
});
const lineOf = (points: number[]) =>
  centerLine(ink(points), [], { from: 0, to: points.length / 2 }).map(({ point }) => point);

/** How far x, y is from a line of points. */
function away(x: number, y: number, line: readonly (readonly number[])[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < line.length; i++) {
    const [ax = 0, ay = 0] = line[i] ?? [];
    const [bx = 0, by = 0] = line[i + 1] ?? [];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = length === 0 ? 0 : ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length;
    const within = Math.min(1, Math.max(0, t));
    least = Math.min(least, Math.hypot(ax + within * (bx - ax) - x, ay + within * (by - ay) - y));
  }
  return least;
}

test("the line passes every point of the hand, however fast it was", () => {
  const seed = testSeed();
  const random = seeded(seed);
  for (let run = 0; run < 50; run++) {
    const points: number[] = [];
    const speed = 4 + random() * 300;
    let direction = random() * 7;
    let [x, y] = [1024, 768];
    for (let i = 0; i < 60; i++) {
      direction += (random() - 0.5) * 2.5;
      x = Math.min(2048, Math.max(0, Math.round(x + speed * Math.cos(direction))));
      y = Math.min(1536, Math.max(0, Math.round(y + speed * Math.sin(direction))));
      points.push(x, y);
    }
    const line = lineOf(points);
    for (let i = 0; i < points.length; i += 2) {
      const distance = away(points[i] ?? 0, points[i + 1] ?? 0, line);
      expect(distance, `COLO_SEED=${seed}, run ${run}, point ${i / 2}`).toBeLessThanOrEqual(2);
    }
  }
});

test("a zigzag keeps its corners and its straight legs", () => {
  const corners = [200, 1200, 500, 300, 800, 1200, 1100, 300];
  const line = lineOf(corners);
  for (const [x = 0, y = 0] of line) {
    const straight = [0, 2, 4, 6].map((i) => [corners[i] ?? 0, corners[i + 1] ?? 0]);
    expect(away(x, y, straight)).toBeLessThanOrEqual(2);
  }
});

test("a circle of few points is round", () => {
  const points = Array.from({ length: 13 }, (_, i) => [
    Math.round(1000 + 400 * Math.cos((i / 12) * 2 * Math.PI)),
    Math.round(700 + 400 * Math.sin((i / 12) * 2 * Math.PI)),
  ]).flat();
  // Its first and last piece know no neighbour, and are flatter.
  const inner = lineOf(points).filter(([x = 0, y = 0]) => {
    const turn = Math.atan2(y - 700, x - 1000);
    return Math.abs(turn) > 0.6;
  });
  for (const [x = 0, y = 0] of inner) {
    expect(Math.abs(Math.hypot(x - 1000, y - 700) - 400)).toBeLessThan(4);
  }
});

test("points that were said twice, or are alone, make no trouble", () => {
  for (const points of [
    [],
    [5, 5],
    [5, 5, 5, 5],
    [5, 5, 5, 5, 400, 5, 400, 5, 400, 400],
    [5, 5, 400, 5, 5, 5],
  ]) {
    for (const point of lineOf(points)) {
      for (const value of point) expect(Number.isFinite(value), String(points)).toBe(true);
    }
  }
});

test("the wildest drawing that is allowed makes no endless line", () => {
  const points = Array.from({ length: 20_000 }, (_, i) => [
    i % 2 === 0 ? 0 : 2048,
    i % 1536,
  ]).flat();
  expect(lineOf(points).length).toBeLessThanOrEqual(10 * 20_000);
});

test("a pen's pressure runs evenly between its points", () => {
  const line = centerLine(ink([0, 0, 100, 0], [0, 255]), [], { from: 0, to: 2 });
  const pressures = line.map((one) => one.pressure);
  expect(pressures[0]).toBe(0);
  expect(pressures[pressures.length - 1]).toBe(1);
  expect(pressures).toEqual([...pressures].sort((a, b) => a - b));
  expect(pressures.length).toBeGreaterThanOrEqual(10);
});
