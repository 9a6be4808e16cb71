import { describe, expect, test } from "vitest";
import {
  CANVAS_HEIGHT,
  CANVAS_WIDTH,
  clamp,
  fromHex,
  hex,
  isBlank,
  LiveStroke,
  pointCount,
  type Stroke,
} from "./stroke";

const pen = { tool: "pen", rgb: 0x123456, width: 20 } as const;
const stroke = (tool: "pen" | "eraser", points: number[]): Stroke => ({
  ...pen,
  tool,
  startMs: 0,
  durationMs: 0,
  points,
  pressure: [],
});

describe("a live stroke", () => {
  test("keeps points whole and on the canvas", () => {
    const live = new LiveStroke(pen, 0, false);
    live.push(-50, 10.4, 0.5);
    live.push(5000, 9999, 0.5);
    expect(live.points).toEqual([0, 10, CANVAS_WIDTH, CANVAS_HEIGHT]);
  });

  test("drops a point that moves nowhere", () => {
    const live = new LiveStroke(pen, 0, true);
    expect(live.push(10, 10, 0.2)).toBe(true);
    expect(live.push(10.3, 9.8, 0.9)).toBe(false);
    expect(live.count).toBe(1);
    expect(live.pressure).toEqual([51]);
  });

  test("has pressure only where the device reports it", () => {
    const live = new LiveStroke(pen, 0, false);
    live.push(1, 1, 0.7);
    expect(live.pressure).toEqual([]);
  });

  test("is timed from the beginning of the drawing", () => {
    const live = new LiveStroke(pen, 1500.4, false);
    live.push(1, 1, 0.5);
    expect(live.finish(1750.4, 1000)).toMatchObject({ startMs: 500, durationMs: 250 });
  });
});

test("NaN from outside becomes the lower bound", () => {
  expect(clamp(Number.NaN, 3, 9)).toBe(3);
  expect(clamp(12, 3, 9)).toBe(9);
});

test("colours are written as CSS writes them, and read back", () => {
  expect(hex(0x00ff07)).toBe("#00ff07");
  expect(fromHex("#00FF07")).toBe(0x00ff07);
  expect(fromHex("red")).toBeUndefined();
});

test("a drawing of nothing but eraser is blank", () => {
  expect(isBlank([])).toBe(true);
  expect(isBlank([stroke("eraser", [1, 1])])).toBe(true);
  expect(isBlank([stroke("eraser", [1, 1]), stroke("pen", [1, 1])])).toBe(false);
});

test("points are counted over all strokes", () => {
  expect(pointCount([stroke("pen", [1, 1, 2, 2]), stroke("eraser", [3, 3])])).toBe(3);
});
