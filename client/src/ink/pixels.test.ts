import { expect, test } from "vitest";
import { CELL, nib, pixelLine, stampAdvance, stampDots } from "./pixels";
import { seeded, testSeed } from "./seeded";
import { CANVAS_HEIGHT, CANVAS_WIDTH } from "./stroke";

/** The cells that are covered, as "column row". */
function cells(rects: readonly number[]): Set<string> {
  const covered = new Set<string>();
  for (let i = 0; i < rects.length; i += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = rects.slice(i, i + 4);
    for (let column = x / CELL; column < (x + width) / CELL; column++) {
      for (let row = y / CELL; row < (y + height) / CELL; row++) covered.add(`${column} ${row}`);
    }
  }
  return covered;
}

const whole = (points: number[]) => ({ from: 0, to: points.length / 2 });
const line = (points: number[], width = CELL) => pixelLine(points, width, whole(points));

test("a dot is one cell of the grid", () => {
  expect(line([0, 0])).toEqual([0, 0, 8, 8]);
  expect(line([15, 17])).toEqual([8, 16, 8, 8]);
});

test("the canvas's far edges belong to the last cell", () => {
  expect(line([CANVAS_WIDTH, CANVAS_HEIGHT])).toEqual([2040, 1528, 8, 8]);
});

test("a line has no holes, whatever its slope", () => {
  const seed = testSeed();
  const random = seeded(seed);
  for (let run = 0; run < 100; run++) {
    const points = Array.from({ length: 8 }, () => Math.floor(random() * 1500));
    const covered = cells(line(points));
    const first = `${Math.floor((points[0] ?? 0) / CELL)} ${Math.floor((points[1] ?? 0) / CELL)}`;
    // Walking from cell to neighbouring cell reaches all of it.
    const reached = new Set([first]);
    const next = [first];
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      const [column = 0, row = 0] = at.split(" ").map(Number);
      for (const dx of [-1, 0, 1]) {
        for (const dy of [-1, 0, 1]) {
          const cell = `${column + dx} ${row + dy}`;
          if (!covered.has(cell) || reached.has(cell)) continue;
          reached.add(cell);
          next.push(cell);
        }
      }
    }
    expect(reached.size, `COLO_SEED=${seed}, run ${run}`).toBe(covered.size);
  }
});

test("a level line is one rectangle, however many points it has", () => {
  const points = Array.from({ length: 50 }, (_, i) => [100 + 10 * i, 40]).flat();
  expect(line(points)).toHaveLength(4);
});

test("a wider nib covers as many cells as it says", () => {
  expect(nib(1)).toBe(1);
  expect(nib(24)).toBe(3);
  expect(cells(line([804, 404], 24))).toEqual(
    new Set([
      "99 49",
      "99 50",
      "99 51",
      "100 49",
      "100 50",
      "100 51",
      "101 49",
      "101 50",
      "101 51",
    ]),
  );
});

test("what is drawn in parts covers the same cells", () => {
  const points = Array.from({ length: 40 }, (_, i) => [50 * i, 300 + 200 * Math.sin(i)]).flat();
  const parts = [
    ...pixelLine(points, 16, { from: 0, to: 20 }),
    ...pixelLine(points, 16, { from: 10, to: 40 }),
  ];
  expect(cells(parts)).toEqual(cells(line(points, 16)));
});

test("a stamp stands around its point, in dots of an eighth of its width", () => {
  const rects = stampDots("I", 1000, 500, 80);
  const xs = rects.filter((_, i) => i % 4 === 0);
  expect(Math.min(...xs)).toBe(1000 - 15); // three dots wide
  expect(rects[1]).toBe(500 - 35); // seven high
  expect(stampAdvance("I", 80)).toBe(40);
  expect(stampDots("Ж", 0, 0, 80)).toEqual([]);
});
