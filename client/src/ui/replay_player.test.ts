import { beforeEach, expect, test } from "vitest";
import type { Drawing, Stroke } from "../ink/stroke";
import { Replay, type ReplayHost } from "./replay_player";

const stroke = (startMs: number, durationMs: number, points: number): Stroke => ({
  tool: "pen",
  rgb: 0,
  width: 20,
  startMs,
  durationMs,
  points: Array.from({ length: points * 2 }, (_, i) => i),
  pressure: [],
});
const drawing: Drawing = { paper: 0xffffff, strokes: [stroke(0, 200, 21), stroke(300, 100, 5)] };

let seen: string[];
let parts: number[];
let ended: boolean;
let clock: number;
let wanted: ((now: number) => void) | undefined;

function replay(still = false): Replay {
  const host: ReplayHost = {
    painter: {
      add: (one) => seen.push(`whole ${one.startMs}`),
      paintLive: (ink) => seen.push(ink === undefined ? "gone" : `${ink.points.length / 2}`),
    },
    frame: (run) => {
      wanted = run;
      return () => {
        wanted = undefined;
      };
    },
    still,
    progress: (_strokes, part) => parts.push(part),
    ended: () => {
      ended = true;
      wanted = undefined;
    },
  };
  return new Replay(drawing, host);
}

function frames(count: number, ms = 20) {
  for (let i = 0; i < count && wanted !== undefined; i++) {
    const run = wanted;
    wanted = undefined;
    clock += ms;
    run(clock);
  }
}

beforeEach(() => {
  seen = [];
  parts = [];
  ended = false;
  clock = 1000;
  wanted = undefined;
});

test("a stroke grows, is added when it is whole, and the next one begins after its pause", () => {
  replay().run(true);
  frames(5);
  expect(seen).toEqual(["1", "3", "5", "7", "9"]);
  frames(6);
  expect(seen.slice(-2)).toEqual(["gone", "whole 0"]);
  frames(4);
  expect(seen[seen.length - 1]).toBe("whole 0");
  frames(60);
  expect(seen.slice(-2)).toEqual(["gone", "whole 300"]);
  expect(ended).toBe(true);
  expect(parts).toEqual([...parts].sort((a, b) => a - b));
});

test("twice the speed takes half the frames", () => {
  const count = (speed: number) => {
    clock = 0;
    ended = false;
    const one = replay();
    one.speed = speed;
    one.run(true);
    let frame = 0;
    for (; !ended; frame++) frames(1, 1);
    return frame;
  };
  const rest = 500;
  expect(Math.abs(count(1) - rest - 2 * (count(2) - rest))).toBeLessThan(5);
});

test("while it stands still no time passes, nor while the page was asleep", () => {
  const one = replay();
  one.run(true);
  frames(3);
  one.run(false);
  expect(wanted).toBeUndefined();
  clock += 60_000;
  one.run(true);
  frames(1);
  expect(seen[seen.length - 1]).toBe("5");
  clock += 60_000;
  frames(1);
  expect(ended).toBe(false);
});

test("where nothing is to move, strokes appear whole", () => {
  replay(true).run(true);
  frames(80);
  expect(seen).toEqual(["gone", "whole 0", "gone", "whole 300"]);
  expect(ended).toBe(true);
});
