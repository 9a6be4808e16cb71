import { beforeEach, expect, test } from "vitest";
import { OtherPens, PenSignal } from "./pen_signal";

let told: boolean[];
let timers: { run: () => void; at: number }[];
let clock: number;
let connected: boolean;

const later = (run: () => void, ms: number) => {
  const timer = { run, at: clock + ms };
  timers.push(timer);
  return () => {
    timers = timers.filter((one) => one !== timer);
  };
};
function passes(ms: number) {
  clock += ms;
  const due = timers.filter((one) => one.at <= clock);
  timers = timers.filter((one) => one.at > clock);
  for (const one of due) one.run();
}
const signal = () =>
  new PenSignal({
    tell: (down) => {
      if (connected) told.push(down);
      return connected;
    },
    later,
    now: () => clock,
  });

beforeEach(() => {
  told = [];
  timers = [];
  clock = 0;
  connected = true;
});

test("strokes that follow each other are one telling, and the end comes a little later", () => {
  const pen = signal();
  for (let i = 0; i < 5; i++) {
    for (let frame = 0; frame < 20; frame++) pen.is(true);
    pen.is(false);
    passes(1000);
  }
  expect(told).toEqual([true]);
  passes(2000);
  expect(told).toEqual([true, false]);
  passes(60_000);
  expect(told).toEqual([true, false]);
});

test("a pen that stays down is told again now and then", () => {
  const pen = signal();
  for (let i = 0; i < 32; i++) {
    pen.is(true);
    passes(1000);
  }
  expect(told).toEqual([true, true, true]);
});

test("a drawing that was sent has lifted the pen at once, and once", () => {
  const pen = signal();
  pen.lift();
  pen.is(true);
  pen.is(false);
  pen.lift();
  passes(60_000);
  expect(told).toEqual([true, false]);
});

test("what could not be told without a connection is told by the next stroke", () => {
  const pen = signal();
  connected = false;
  pen.is(true);
  connected = true;
  pen.is(true);
  expect(told).toEqual([true]);
  pen.forget();
  passes(60_000);
  expect(told).toEqual([true]);
});

test("the pens of others are forgotten when nothing more is heard of them", () => {
  const heard: string[] = [];
  const pens = new OtherPens(later, (user, down) => heard.push(`${down ? "+" : "-"}${user}`));
  pens.heard("ana", true);
  pens.heard("ben", true);
  passes(30_000);
  pens.heard("ana", true);
  passes(15_000);
  expect(heard).toEqual(["+ana", "+ben", "+ana", "-ben"]);
  pens.heard("ana", false);
  passes(60_000);
  expect(heard.slice(4)).toEqual(["-ana"]);
  pens.heard("ana", true);
  pens.stop();
  passes(60_000);
  expect(heard.slice(5)).toEqual(["+ana"]);
});
