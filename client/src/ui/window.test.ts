import { expect, test } from "vitest";
import { Heights, type Measured } from "./window";

const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `line ${from + i}`);

function feed(count: number, height = 100): Heights {
  const heights = new Heights();
  heights.setLines(names(0, count), () => height, 0);
  return heights;
}

test("a stretch of the feed shows the lines that reach into it", () => {
  const heights = feed(1000);
  expect(heights.total).toBe(100_000);
  expect(heights.span(250, 420)).toEqual({ first: 2, end: 5 });
  expect(heights.span(-500, 50)).toEqual({ first: 0, end: 1 });
  expect(heights.span(99_950, 200_000)).toEqual({ first: 999, end: 1000 });
});

test("nothing shows nothing", () => {
  const heights = feed(0);
  expect(heights.span(0, 1000)).toEqual({ first: 0, end: 0 });
  expect(heights.total).toBe(0);
  expect(heights.measure([[0, 40]], 12)).toBe(12);
});

test("a line that turns out taller moves what is below it, and only that", () => {
  const heights = feed(10);
  expect(heights.measure([[2, 150]], 520)).toBe(570);
  expect(heights.measure([[8, 10]], 570)).toBe(570);
  expect(heights.total).toBe(960);
  expect(heights.top(3)).toBe(350);
});

test("a line that reaches over the upper edge keeps its own top", () => {
  const heights = feed(10);
  expect(heights.measure([[5, 300]], 520)).toBe(520);
});

test("older lines above move what is in view by exactly their height", () => {
  const heights = feed(10);
  heights.measure([[3, 140]], 0);
  const y = heights.setLines([...names(-30, 0), ...names(0, 10)], () => 50, 350);
  // What was never measured, lines 0 to 2 too, is guessed anew.
  expect(y).toBe(33 * 50 + 50);
  expect(heights.height(33)).toBe(140);
  expect(heights.height(34)).toBe(50);
});

test("newer lines below move nothing", () => {
  const heights = feed(10);
  expect(heights.setLines(names(0, 14), () => 100, 350)).toBe(350);
  expect(heights.count).toBe(14);
});

test("when the line in view goes away, the next one that stays holds the view", () => {
  const heights = feed(10);
  const without = names(0, 10).filter((name) => name !== "line 3");
  expect(heights.setLines(without, () => 100, 350)).toBe(250);
  expect(heights.setLines(["line 0"], () => 100, 850)).toBe(850);
  expect(heights.setLines(["other"], () => 100, 50)).toBe(50);
});

test("a passing line holds nothing: the one below it does", () => {
  const heights = new Heights();
  heights.setLines(["edge", ...names(0, 5)], () => 100, 0);
  const y = heights.setLines(
    ["edge", ...names(-3, 5)],
    () => 100,
    20,
    (key) => key === "edge",
  );
  expect(y).toBe(320);
});

test("another width makes all heights guesses, and keeps the place within the line", () => {
  const heights = feed(10);
  heights.measure([[1, 200]], 0);
  const y = heights.forget(() => 50, 450); // half of line 3
  expect(y).toBe(175);
  expect(heights.isMeasured(1)).toBe(false);
});

test("however lines come, go and are measured, the sums stay right", () => {
  const heights = new Heights();
  let keys: string[] = [];
  let next = 0;
  // A generator with a fixed seed: the same walk in every run.
  let seed = 20_260_101;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const sizes = new Map<string, number>();
  for (let step = 0; step < 400; step++) {
    const fresh = Array.from({ length: random(6) }, () => `k${next++}`);
    keys = random(2) === 0 ? [...fresh, ...keys] : [...keys, ...fresh];
    if (random(4) === 0) keys = keys.filter(() => random(8) !== 0);
    heights.setLines(keys, () => 100, random(1000));
    const found: Measured[] = [];
    for (let i = 0; i < 3 && keys.length > 0; i++) {
      const index = random(keys.length);
      const height = 40 + random(400);
      found.push([index, height]);
      sizes.set(keys[index] ?? "", height);
    }
    heights.measure(found, random(1000));
    const total = keys.reduce((sum, key) => sum + (sizes.get(key) ?? 100), 0);
    expect(heights.total).toBeCloseTo(total, 6);
  }
});
