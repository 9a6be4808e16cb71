import { expect, test } from "vitest";
import { Sketch, type SketchChange } from "./sketch";
import { LiveStroke, PAPER_WHITE, POINTS_MAX, type Stroke } from "./stroke";

const pen = { tool: "pen", rgb: 0, width: 20 } as const;

function live(beganAt: number, points = 1): LiveStroke {
  const stroke = new LiveStroke(pen, beganAt, false);
  for (let i = 0; i < points; i++) stroke.push(i % 2000, i % 1500, 0.5);
  return stroke;
}

function sketch(): { sketch: Sketch; changes: SketchChange["kind"][] } {
  const changes: SketchChange["kind"][] = [];
  return { sketch: new Sketch((change) => changes.push(change.kind)), changes };
}

const startOf = (strokes: readonly Stroke[]) => strokes.map((one) => one.startMs);

test("the first stroke begins at 0, later ones when they were drawn", () => {
  const { sketch: pad } = sketch();
  pad.add(live(10_000), 10_100);
  pad.add(live(10_700), 10_900);
  expect(startOf(pad.strokes)).toEqual([0, 700]);
});

test("a restored draft is gone on with, its times never run backwards", () => {
  const { sketch: pad } = sketch();
  pad.add(live(0), 5000);
  const draft = pad.strokes.slice();
  pad.reset({ paper: PAPER_WHITE, strokes: draft });
  pad.add(live(100), 200);
  expect(startOf(pad.strokes)).toEqual([0, 5500]);
});

test("after an undone Clear times go on too", () => {
  const { sketch: pad } = sketch();
  pad.add(live(0), 5000);
  pad.clear();
  pad.add(live(6000), 6100);
  pad.undo();
  pad.undo();
  pad.add(live(6200), 6300);
  const [first, second] = startOf(pad.strokes);
  expect(first).toBe(0);
  expect(second).toBeGreaterThanOrEqual(5000);
});

test("every change is told once, and only changes are", () => {
  const { sketch: pad, changes } = sketch();
  pad.undo();
  pad.add(live(0), 1);
  pad.undo();
  pad.redo();
  pad.redo();
  expect(changes).toEqual(["added", "repaint", "repaint"]);
});

test("a full drawing has no room for another stroke", () => {
  const { sketch: pad } = sketch();
  expect(pad.room).toBeGreaterThan(10_000);
  expect(pad.room).toBeLessThanOrEqual(POINTS_MAX);
  const whole = pad.room;
  pad.add(live(0, 3000), 1);
  expect(pad.room).toBeLessThan(whole - 900);
  while (pad.room > 0) pad.add(live(0, pad.room), 1);
  expect(pad.room).toBe(0);
});

test("Clear takes the strokes and leaves the paper", () => {
  const { sketch: pad } = sketch();
  pad.setPaper(0x123456);
  pad.add(live(0), 10);
  pad.clear();
  expect(pad.drawing).toEqual({ paper: 0x123456, strokes: [] });
});

test("a stamp from the keyboard is one stroke of one point, in its time", () => {
  const { sketch: pad } = sketch();
  pad.add(live(1000), 1100);
  pad.stamp({ tool: "stamp", rgb: 0, width: 128, stamp: "♥" }, 300.4, 5000, 1400);
  expect(pad.strokes[1]).toMatchObject({
    tool: "stamp",
    stamp: "♥",
    points: [300, 1536],
    startMs: 400,
    durationMs: 0,
  });
});
