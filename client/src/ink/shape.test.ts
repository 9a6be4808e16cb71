import { expect, test } from "vitest";
import type { Ink } from "./outline";
import { bands, hue } from "./rainbow";
import { alphaOf, boxAround, shapeOf } from "./shape";
import type { Tool } from "./stroke";

const ink = (tool: Tool, points: number[], width = 40): Ink => ({
  tool,
  rgb: 0x123456,
  width,
  points,
  pressure: [],
  ...(tool === "stamp" && { stamp: "♥" }),
});
const wave = Array.from({ length: 60 }, (_, i) => [
  200 + 25 * i,
  700 + 300 * Math.sin(i / 6),
]).flat();

test("every tool leaves something, also where it only touches", () => {
  for (const tool of ["pen", "marker", "rainbow", "pixel", "stamp", "eraser"] as const) {
    for (const points of [wave, [500, 500]]) {
      const box = boxAround(shapeOf(ink(tool, points)));
      expect(box, tool).toBeDefined();
      expect(box?.width, tool).toBeGreaterThan(16);
      expect(box?.height, tool).toBeGreaterThan(16);
    }
  }
});

test("nothing is drawn of nothing", () => {
  for (const tool of ["pen", "rainbow", "pixel", "stamp"] as const) {
    expect(boxAround(shapeOf({ ...ink(tool, []), stamp: "Ж" })), tool).toBeUndefined();
  }
});

test("only a marker lets through what it crosses", () => {
  expect(alphaOf(ink("marker", wave))).toBeLessThan(1);
  for (const tool of ["pen", "rainbow", "pixel", "stamp", "eraser"] as const) {
    expect(alphaOf(ink(tool, wave)), tool).toBe(1);
  }
});

test("the rainbow begins red, has all hues and stays near its points", () => {
  const all = bands(ink("rainbow", wave), [], { from: 0, to: 60 });
  expect(all[0]?.rgb).toBe(hue(0));
  expect(new Set(all.map((band) => band.rgb)).size).toBeGreaterThan(40);
  for (const { points } of all) {
    for (let i = 0; i < points.length; i += 2) {
      const away = Math.min(
        ...Array.from({ length: 60 }, (_, n) =>
          Math.hypot(
            (wave[2 * n] ?? 0) - (points[i] ?? 0),
            (wave[2 * n + 1] ?? 0) - (points[i + 1] ?? 0),
          ),
        ),
      );
      expect(away).toBeLessThan(40);
    }
  }
  expect(all[all.length - 1]?.points.slice(-2)).toEqual(wave.slice(-2));
});

test("a part of a rainbow has the hues that the whole one has there", () => {
  // The hand trembles: what is stilled is shorter than what it did.
  const straight = Array.from({ length: 60 }, (_, i) => [30 * i, 100 + 4 * (i % 2)]).flat();
  const whole = bands(ink("rainbow", straight), [], { from: 0, to: 60 });
  const part = bands(ink("rainbow", straight), [], { from: 30, to: 60 });
  const at = (all: typeof whole, x: number) => all.find((band) => (band.points[0] ?? 0) >= x)?.rgb;
  for (const x of [1000, 1300, 1600]) expect(at(part, x)).toBe(at(whole, x));
});

test("hues go round: red, green, blue, red", () => {
  expect(hue(0)).toBe(0xff2d2d);
  expect(hue(1 / 3)).toBe(0x2dff2d);
  expect(hue(2 / 3)).toBe(0x2d2dff);
  expect(hue(1)).toBe(hue(0));
  expect(hue(-1 / 3)).toBe(hue(2 / 3));
});
