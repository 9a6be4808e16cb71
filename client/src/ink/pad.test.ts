import { beforeEach, describe, expect, test } from "vitest";
import {
  ACCIDENT_MS,
  openPad,
  type Pad,
  type PadEvent,
  type PadHost,
  type PadSurface,
} from "./pad";
import type { LiveStroke } from "./stroke";

/** An element of 512 × 384 pixels at (100, 50): a quarter of the canvas each way. */
class Surface implements PadSurface {
  readonly captured: number[] = [];
  private readonly listeners = new Map<string, Set<(event: PadEvent) => void>>();
  addEventListener(type: string, listener: (event: PadEvent) => void) {
    const known = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, known.add(listener));
  }
  removeEventListener(type: string, listener: (event: PadEvent) => void) {
    this.listeners.get(type)?.delete(listener);
  }
  getBoundingClientRect() {
    return { left: 100, top: 50, width: 512, height: 384 };
  }
  setPointerCapture(id: number) {
    this.captured.push(id);
  }
  dispatch(event: PadEvent) {
    for (const listener of this.listeners.get(event.type) ?? []) listener(event);
  }
}

interface Point extends Partial<Omit<PadEvent, "getCoalescedEvents" | "getPredictedEvents">> {
  readonly coalesced?: readonly Point[];
  readonly predicted?: readonly Point[];
}

/** An event, and whether the browser was told to keep out of it. */
function eventOf(type: string, { coalesced = [], predicted = [], ...fields }: Point) {
  const event = {
    type,
    pointerId: 1,
    pointerType: "touch",
    button: 0,
    clientX: 0,
    clientY: 0,
    pressure: 0.5,
    timeStamp: 0,
    ...fields,
    prevented: false,
    getCoalescedEvents: (): PadEvent[] => coalesced.map((one) => eventOf(type, one)),
    getPredictedEvents: (): PadEvent[] => predicted.map((one) => eventOf(type, one)),
    preventDefault: () => {
      event.prevented = true;
    },
  };
  return event;
}

let surface: Surface;
let pad: Pad;
let frames: (() => void)[];
let finished: LiveStroke[];
let painted: { points: number[] | undefined; predicted: number[] }[];
let told: string[];
let room: number;

function fire(type: string, point: Point) {
  const event = eventOf(type, point);
  surface.dispatch(event);
  return event;
}

const runFrames = () => {
  for (const frame of frames.splice(0)) frame();
};

beforeEach(() => {
  surface = new Surface();
  frames = [];
  finished = [];
  painted = [];
  told = [];
  room = 1000;
  const host: PadHost = {
    pen: () => ({ tool: "pen", rgb: 0, width: 20 }),
    room: () => room,
    paint: (live, predicted) =>
      painted.push({ points: live?.points.slice(), predicted: predicted.slice() }),
    began: () => told.push("began"),
    finished: (live) => finished.push(live),
    full: () => told.push("full"),
    fingerOff: () => told.push("finger off"),
  };
  pad = openPad(surface, host, (run) => frames.push(run));
});

test("device pixels become canvas units", () => {
  fire("pointerdown", { clientX: 100, clientY: 50 });
  fire("pointermove", { clientX: 356, clientY: 242 });
  fire("pointerup", { clientX: 612, clientY: 434 });
  expect(finished.map((one) => one.points)).toEqual([[0, 0, 1024, 768, 2048, 1536]]);
  expect(surface.captured).toEqual([1]);
});

test("coalesced events are used where there are any, otherwise the event itself", () => {
  fire("pointerdown", { clientX: 100, clientY: 50 });
  fire("pointermove", {
    clientX: 120,
    clientY: 50,
    coalesced: [
      { clientX: 110, clientY: 50 },
      { clientX: 120, clientY: 50 },
    ],
  });
  fire("pointermove", { clientX: 130, clientY: 50, coalesced: [] });
  fire("pointerup", { clientX: 130, clientY: 50 });
  expect(finished[0]?.points).toEqual([0, 0, 40, 0, 80, 0, 120, 0]);
});

test("predicted points are painted ahead and never kept", () => {
  fire("pointerdown", { clientX: 100, clientY: 50 });
  fire("pointermove", {
    clientX: 110,
    clientY: 50,
    predicted: [{ clientX: 130, clientY: 50 }],
  });
  runFrames();
  expect(painted[painted.length - 1]).toEqual({ points: [0, 0, 40, 0], predicted: [120, 0] });
  fire("pointerup", { clientX: 110, clientY: 50 });
  expect(finished[0]?.points).toEqual([0, 0, 40, 0]);
});

test("however many moves, one paint per frame", () => {
  fire("pointerdown", { clientX: 100, clientY: 50 });
  for (let i = 0; i < 50; i++) fire("pointermove", { clientX: 100 + i, clientY: 60 });
  expect(frames).toHaveLength(1);
  runFrames();
  expect(painted).toHaveLength(1);
});

test("pointercancel keeps what was drawn", () => {
  fire("pointerdown", { clientX: 100, clientY: 50 });
  fire("pointermove", { clientX: 110, clientY: 60 });
  fire("pointercancel", { clientX: 0, clientY: 0 });
  expect(finished.map((one) => one.points)).toEqual([[0, 0, 40, 40]]);
});

describe("a second finger", () => {
  test("soon after the first cancels the stroke, and nothing draws until both are up", () => {
    fire("pointerdown", { clientX: 100, clientY: 50 });
    fire("pointermove", { clientX: 110, clientY: 60, timeStamp: 50 });
    fire("pointerdown", { pointerId: 2, clientX: 300, clientY: 60, timeStamp: ACCIDENT_MS - 1 });
    fire("pointermove", { clientX: 150, clientY: 60 });
    fire("pointerup", { clientX: 150, clientY: 60 });
    fire("pointerdown", { pointerId: 3, clientX: 200, clientY: 60 });
    fire("pointerup", { pointerId: 3, clientX: 200, clientY: 60 });
    fire("pointerup", { pointerId: 2, clientX: 300, clientY: 60 });
    expect(finished).toEqual([]);
    runFrames();
    expect(painted[painted.length - 1]?.points).toBeUndefined();
    fire("pointerdown", { pointerId: 4, clientX: 100, clientY: 50 });
    fire("pointerup", { pointerId: 4, clientX: 100, clientY: 50 });
    expect(finished).toHaveLength(1);
  });

  test("late in a stroke is ignored: what was drawn is not thrown away", () => {
    fire("pointerdown", { clientX: 100, clientY: 50 });
    fire("pointermove", { clientX: 110, clientY: 60, timeStamp: 900 });
    fire("pointerdown", { pointerId: 2, clientX: 300, clientY: 60, timeStamp: ACCIDENT_MS + 300 });
    fire("pointerup", { clientX: 110, clientY: 60 });
    expect(finished.map((one) => one.points)).toEqual([[0, 0, 40, 40]]);
  });
});

describe("a pen", () => {
  test("switches the finger off, and the person can switch it back", () => {
    fire("pointerdown", { pointerType: "pen", clientX: 100, clientY: 50, pressure: 0.8 });
    fire("pointerup", { pointerType: "pen", clientX: 100, clientY: 50 });
    expect(told).toContain("finger off");
    expect(finished[0]?.pressure).toEqual([204]);
    fire("pointerdown", { pointerId: 2, clientX: 120, clientY: 50 });
    fire("pointerup", { pointerId: 2, clientX: 120, clientY: 50 });
    expect(finished).toHaveLength(1);
    pad.fingerDraws(true);
    fire("pointerdown", { pointerId: 3, clientX: 140, clientY: 50 });
    fire("pointerup", { pointerId: 3, clientX: 140, clientY: 50 });
    expect(finished).toHaveLength(2);
  });

  test("takes over from the palm that was there first", () => {
    fire("pointerdown", { clientX: 300, clientY: 300 });
    fire("pointermove", { clientX: 301, clientY: 310, timeStamp: 2000 });
    fire("pointerdown", {
      pointerId: 2,
      pointerType: "pen",
      clientX: 100,
      clientY: 50,
      timeStamp: 2100,
    });
    fire("pointerup", { pointerId: 2, pointerType: "pen", clientX: 110, clientY: 50 });
    expect(finished.map((one) => one.points)).toEqual([[0, 0, 40, 0]]);
  });
});

test("only the main mouse button draws", () => {
  fire("pointerdown", { pointerType: "mouse", button: 2, clientX: 100, clientY: 50 });
  fire("pointerup", { pointerType: "mouse", button: 2, clientX: 100, clientY: 50 });
  expect(finished).toEqual([]);
});

test("a full drawing refuses the stroke and says so", () => {
  room = 0;
  fire("pointerdown", { clientX: 100, clientY: 50 });
  expect(told).toEqual(["full"]);
  fire("pointerup", { clientX: 100, clientY: 50 });
  expect(finished).toEqual([]);
});

test("a stroke ends where the drawing is full", () => {
  room = 2;
  fire("pointerdown", { clientX: 100, clientY: 50 });
  fire("pointermove", { clientX: 110, clientY: 50 });
  fire("pointermove", { clientX: 120, clientY: 50 });
  fire("pointerup", { clientX: 130, clientY: 50 });
  expect(finished[0]?.points).toEqual([0, 0, 40, 0]);
  expect(told).toContain("full");
});

test("the browser's own gestures are refused", () => {
  for (const type of ["touchstart", "touchmove", "contextmenu", "selectstart", "gesturestart"]) {
    expect(fire(type, {}).prevented, type).toBe(true);
  }
});

test("stopping in the middle of a stroke keeps it, and then hears nothing more", () => {
  fire("pointerdown", { clientX: 100, clientY: 50 });
  pad.stop();
  expect(finished).toHaveLength(1);
  fire("pointerdown", { pointerId: 2, clientX: 100, clientY: 50 });
  fire("pointerup", { pointerId: 2, clientX: 100, clientY: 50 });
  expect(finished).toHaveLength(1);
});

test("a stroke that goes to and fro without end is cut short in words", () => {
  room = 100_000;
  fire("pointerdown", { clientX: 100, clientY: 50 });
  for (let i = 0; i < 400; i++)
    fire("pointermove", { clientX: i % 2 === 0 ? 612 : 100, clientY: 50 });
  fire("pointerup", { clientX: 100, clientY: 50 });
  expect(told).toContain("full");
  expect(finished[0]?.points.length).toBeLessThan(2 * 220);
});
