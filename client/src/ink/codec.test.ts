import { expect, test } from "vitest";
import { ClientFrame, Drawing as WireDrawing } from "../wire/generated/colo";
import { fromWire, strokeBytes, toWire } from "./codec";
import { seeded, testSeed } from "./seeded";
import { CANVAS_HEIGHT, CANVAS_WIDTH, type Drawing, type Stroke, type Tool } from "./stroke";

const TOOLS: Tool[] = ["pen", "eraser", "marker", "rainbow", "pixel", "stamp"];

function toolOf(number: number): Pick<Stroke, "tool" | "stamp"> {
  const tool = TOOLS[number] ?? "pen";
  return tool === "stamp" ? { tool, stamp: "♥" } : { tool };
}

function randomDrawing(random: () => number): Drawing {
  const whole = (max: number) => Math.floor(random() * (max + 1));
  const strokes = Array.from({ length: 1 + whole(12) }, (): Stroke => {
    const count = 1 + whole(40);
    const points = Array.from({ length: count }, () => [whole(CANVAS_WIDTH), whole(CANVAS_HEIGHT)]);
    const measured = random() < 0.5;
    return {
      ...toolOf(whole(5)),
      rgb: whole(0xffffff),
      width: 1 + whole(255),
      startMs: whole(86_400_000),
      durationMs: whole(10_000),
      points: points.flat(),
      pressure: measured ? Array.from({ length: count }, () => whole(255)) : [],
    };
  });
  return { paper: whole(0xffffff), strokes };
}

test("whatever is drawn arrives as it was drawn, and no larger than was reckoned", () => {
  const seed = testSeed();
  const random = seeded(seed);
  for (let run = 0; run < 200; run++) {
    const drawing = randomDrawing(random);
    const bytes = WireDrawing.encode(toWire(drawing)).finish();
    expect(fromWire(WireDrawing.decode(bytes)), `COLO_SEED=${seed}, run ${run}`).toEqual(drawing);
    const reckoned = drawing.strokes.reduce((sum, one) => sum + strokeBytes(one), 16);
    expect(bytes.length, `COLO_SEED=${seed}, run ${run}`).toBeLessThanOrEqual(reckoned);
  }
});

const line = (points: number[]): Stroke => ({
  tool: "pen",
  rgb: 0,
  width: 24,
  startMs: 0,
  durationMs: 10,
  points,
  pressure: [],
});

test("points travel as differences from the point before", () => {
  const wire = toWire({ paper: 0xffffff, strokes: [line([100, 200, 103, 198, 90, 198])] });
  expect(wire.strokes[0]?.points).toEqual([100, 200, 3, -2, -13, 0]);
});

test("a typical drawing of 1,500 points takes less than 4 kB as a frame", () => {
  const random = seeded(7);
  const strokes = Array.from({ length: 20 }, () => {
    const points: number[] = [];
    let [x, y] = [random() * CANVAS_WIDTH, random() * CANVAS_HEIGHT];
    for (let i = 0; i < 75; i++) {
      x += (random() - 0.5) * 60;
      y += (random() - 0.5) * 60;
      points.push(Math.round(x), Math.round(y));
    }
    return line(points);
  });
  const value = {
    room: "main",
    clientId: new Uint8Array(16),
    drawing: toWire({ paper: 0xffffff, strokes }),
    caption: "",
    remixOf: 0,
  };
  const bytes = ClientFrame.encode({ frame: { $case: "send", value } }).finish();
  expect(bytes.length).toBeLessThan(4000);
});

test("what a hostile phone sends is clamped to something that can be painted", () => {
  const drawing = fromWire({
    version: 1,
    paper: 0x1ffffff,
    strokes: [
      {
        tool: 99,
        rgb: 0xfffffffff,
        width: 1e9,
        startMs: 0,
        durationMs: 0,
        points: [-100, 3000, 1e9, 1e9, 7],
        pressure: [1, 2, 3],
        stamp: 0x41,
      },
      { tool: 1, rgb: 0, width: 0, startMs: 0, durationMs: 0, points: [], pressure: [], stamp: 0 },
      {
        tool: 6,
        rgb: 0,
        width: 9,
        startMs: 0,
        durationMs: 0,
        points: [1, 1],
        pressure: [],
        stamp: 7,
      },
    ],
  });
  expect(drawing.paper).toBe(0xffffff);
  expect(drawing.strokes).toHaveLength(1);
  expect(drawing.strokes[0]).toMatchObject({
    tool: "pen",
    width: 256,
    points: [0, CANVAS_HEIGHT, CANVAS_WIDTH, CANVAS_HEIGHT],
    pressure: [],
  });
});

test("a missing drawing is an empty one", () => {
  expect(fromWire(undefined).strokes).toEqual([]);
});

test("of a drawing without end, only as much is painted as a phone can", () => {
  const zigzag = Array.from({ length: 2000 }, (_, i) => [i % 2 === 0 ? 0 : 2000, 5]).flat();
  const endless = toWire({ paper: 0, strokes: [line([1, 1]), line(zigzag), line([2, 2])] });
  expect(fromWire(endless).strokes.map((stroke) => stroke.points.length)).toEqual([2]);
});
