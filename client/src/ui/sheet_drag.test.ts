import { expect, test } from "vitest";
import { goesDown, isPull, pulledHeight, Speed, settleTime } from "./sheet_drag";

test("the sheet follows the finger between shut and open", () => {
  expect(pulledHeight(300, 300, 120)).toBe(180);
  expect(pulledHeight(0, 300, -120)).toBe(120);
  expect(pulledHeight(300, 300, 900)).toBe(0);
  expect(pulledHeight(300, 300, -50)).toBe(300);
});

test("let go at rest, it goes to the nearer end", () => {
  expect(goesDown(100, 300, 0)).toBe(true);
  expect(goesDown(200, 300, 0)).toBe(false);
});

test("flicked, it goes where it was flicked, wherever it is", () => {
  expect(goesDown(290, 300, 1.2)).toBe(true);
  expect(goesDown(10, 300, -1.2)).toBe(false);
  expect(goesDown(290, 300, 0.1)).toBe(false);
});

test("the speed is that of the last moments", () => {
  const speed = new Speed();
  for (let t = 0; t <= 200; t += 20) speed.add(t < 100 ? 0 : t - 100, t);
  expect(speed.when(200)).toBeCloseTo(1, 1);
});

test("a finger that rests before it lets go flicks nothing", () => {
  const speed = new Speed();
  for (let t = 0; t <= 100; t += 20) speed.add(3 * t, t);
  expect(speed.when(100)).toBeCloseTo(3, 1);
  expect(speed.when(400)).toBe(0);
  expect(new Speed().when(0)).toBe(0);
});

test("it settles about as fast as the finger was, and never takes long", () => {
  expect(settleTime(300, 2)).toBe(240);
  expect(settleTime(300, 40)).toBe(120);
  expect(settleTime(300, 0)).toBe(260);
  expect(settleTime(-300, -0.01)).toBe(260);
});

test("taps and sideways scrolls of the tools pull nothing", () => {
  expect(isPull(2, 4)).toBe(false);
  expect(isPull(40, 14)).toBe(false);
  expect(isPull(0, -60)).toBe(false);
  expect(isPull(6, 30)).toBe(true);
});
