import { expect, test } from "vitest";
import type { Drawing, Stroke, Tool } from "./stroke";
import { drawingToSvg } from "./svg";

const stroke = (tool: Tool, rgb = 0xff0000): Stroke => ({
  tool,
  rgb,
  width: 40,
  startMs: 0,
  durationMs: 0,
  points: [100, 100, 300, 200, 500, 100],
  pressure: [],
  ...(tool === "stamp" && { stamp: "♥" }),
});
const svg = (...strokes: Stroke[]) => drawingToSvg({ paper: 0xfff4d6, strokes }, "A test");
const count = (text: string, what: RegExp) => [...text.matchAll(what)].length;

test("the paper lies below, in its colour, and the whole has a title", () => {
  const text = svg(stroke("pen"));
  expect(text).toContain('viewBox="0 0 2048 1536"');
  expect(text.indexOf('fill="#fff4d6"')).toBeLessThan(text.indexOf('fill="#ff0000"'));
  expect(text).toContain("<title>A test</title>");
});

test("a title cannot break out of its place", () => {
  const text = drawingToSvg({ paper: 0, strokes: [] }, `</title><script>alert("1")</script>&'`);
  expect(text).not.toContain("<script");
  expect(text).toContain("&#60;script&#62;");
});

test("every tool is written down", () => {
  expect(svg(stroke("marker"))).toContain('fill-opacity="0.45"');
  expect(svg(stroke("pixel"))).toContain('shape-rendering="crispEdges"');
  expect(svg(stroke("stamp"))).toContain('shape-rendering="crispEdges"');
  expect(count(svg(stroke("rainbow")), /<path stroke=/g)).toBeGreaterThan(10);
});

test("an eraser takes from what is below it, not from what comes later", () => {
  const text = svg(
    stroke("pen", 0x111111),
    stroke("eraser"),
    stroke("eraser"),
    stroke("pen", 0x222222),
    stroke("eraser"),
    stroke("pen", 0x333333),
  );
  expect(count(text, /<mask /g)).toBe(2);
  const inner = /<g mask="url\(#erased-1\)">(.*?)<\/g>/.exec(text)?.[1] ?? "";
  expect(inner).toContain("#111111");
  expect(inner).not.toContain("#222222");
  expect(text.slice(text.lastIndexOf("</g>"))).toContain("#333333");
});

test("erasing nothing costs nothing", () => {
  const drawing: Drawing = { paper: 0xffffff, strokes: [stroke("eraser")] };
  expect(drawingToSvg(drawing, "")).not.toContain("mask");
});
