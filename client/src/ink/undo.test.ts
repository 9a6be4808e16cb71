import { expect, test } from "vitest";
import { seeded, testSeed } from "./seeded";
import { type Drawing, PAPER_WHITE, type Stroke } from "./stroke";
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
const sheet = (...strokes: Stroke[]): Drawing => ({ paper: PAPER_WHITE, strokes });
const names = (history: History) => history.strokes.map((one) => one.rgb);

test("Clear can be undone and done again", () => {
  const history = new History();
  history.add(stroke(1));
  history.add(stroke(2));
  history.replace(sheet());
  expect(names(history)).toEqual([]);
  history.undo();
  expect(names(history)).toEqual([1, 2]);
  history.redo();
  expect(names(history)).toEqual([]);
});

test("Copy over a drawing can be undone, and drawn on", () => {
  const history = new History();
  history.add(stroke(1));
  history.replace(sheet(stroke(7), stroke(8)));
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
  history.replace(sheet());
  expect(history.canUndo).toBe(false);
});

test("a new sheet has nothing to take back", () => {
  const history = new History();
  history.add(stroke(1));
  history.reset(sheet(stroke(5)));
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
    else if (history.strokes.length > 0) history.replace(dice < 0.95 ? sheet() : sheet(stroke(i)));
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

test("paper is a step, and colours tried one after the other are one", () => {
  const history = new History();
  history.add(stroke(1));
  history.setPaper(0x111111);
  history.setPaper(0x222222);
  history.setPaper(0x222222);
  expect(history.paper).toBe(0x222222);
  history.add(stroke(2));
  history.setPaper(0x333333);
  history.undo();
  expect(history.paper).toBe(0x222222);
  history.undo();
  history.undo();
  expect(history.paper).toBe(PAPER_WHITE);
  expect(names(history)).toEqual([1]);
  history.redo();
  expect(history.paper).toBe(0x222222);
});

test("a copied drawing brings its paper, and undo the old one", () => {
  const history = new History();
  history.setPaper(0x111111);
  history.replace({ paper: 0x444444, strokes: [stroke(7)] });
  expect(history.paper).toBe(0x444444);
  history.undo();
  expect(history.paper).toBe(0x111111);
  expect(names(history)).toEqual([]);
});
