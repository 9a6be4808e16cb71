import { expect, test } from "vitest";
import { seeded, testSeed } from "./seeded";
import type { Stroke } from "./stroke";
import { History } from "./undo";

const stroke = (n: number): Stroke => ({
  tool: "pen",
  rgb: n,
  width: 10,
  startMs: 0,
  durationMs: 0,
  points: [n, n],
  pressure: [],
});
const names = (history: History) => history.strokes.map((one) => one.rgb);

test("Clear can be undone and done again", () => {
  const history = new History();
  history.add(stroke(1));
  history.add(stroke(2));
  history.replace([]);
  expect(names(history)).toEqual([]);
  history.undo();
  expect(names(history)).toEqual([1, 2]);
  history.redo();
  expect(names(history)).toEqual([]);
});

test("Copy over a drawing can be undone, and drawn on", () => {
  const history = new History();
  history.add(stroke(1));
  history.replace([stroke(7), stroke(8)]);
  history.add(stroke(2));
  expect(names(history)).toEqual([7, 8, 2]);
  history.undo();
  history.undo();
  expect(names(history)).toEqual([1]);
});

test("drawing after an undo forgets what was undone", () => {
  const history = new History();
  history.add(stroke(1));
  history.undo();
  history.add(stroke(2));
  expect(history.canRedo).toBe(false);
  expect(history.redo()).toBe(false);
  expect(names(history)).toEqual([2]);
});

test("clearing an empty pad is no step", () => {
  const history = new History();
  history.replace([]);
  expect(history.canUndo).toBe(false);
});

test("a new sheet has nothing to take back", () => {
  const history = new History();
  history.add(stroke(1));
  history.reset([stroke(5)]);
  expect(history.canUndo).toBe(false);
  expect(names(history)).toEqual([5]);
});

test("undoing everything and redoing everything leads back, whatever was done", () => {
  const seed = testSeed();
  const random = seeded(seed);
  const history = new History();
  const states = [names(history)];
  for (let i = 0; i < 500; i++) {
    const dice = random();
    if (dice < 0.85) history.add(stroke(i));
    else if (history.strokes.length > 0) history.replace(dice < 0.95 ? [] : [stroke(i)]);
    else continue;
    states.push(names(history));
  }
  for (let i = states.length - 1; i >= 0; i--) {
    expect(names(history), `COLO_SEED=${seed}, back to ${i}`).toEqual(states[i]);
    expect(history.undo()).toBe(i > 0);
  }
  for (let i = 1; i < states.length; i++) {
    history.redo();
    expect(names(history), `COLO_SEED=${seed}, forth to ${i}`).toEqual(states[i]);
  }
});
