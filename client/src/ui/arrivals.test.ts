import { expect, test } from "vitest";
import { Arrivals } from "./arrivals";

/** A room in which these people drew, from number 1 on. */
function drawnBy(authors: readonly string[], epoch = 1) {
  return { epoch, messages: authors.map((author, i) => ({ seq: i + 1, author, caption: "" })) };
}

test("all that others drew since is new, whoever drew last", () => {
  const arrivals = new Arrivals("Ana");
  arrivals.begin(drawnBy(["Ben"]));
  expect(arrivals.count(drawnBy(["Ben", "Ben", "Cleo", "Ben", "Ana"]))).toBe(3);
  expect(arrivals.said).toBe("3 new drawings");
  expect(arrivals.count(drawnBy(["Ben", "Ben", "Cleo", "Ben", "Ana"]))).toBe(0);
});

test("what was there before is not new, but the first drawing in an empty room is", () => {
  const arrivals = new Arrivals("Ana");
  expect(arrivals.count(drawnBy(["Ben"]))).toBe(0);
  arrivals.begin(drawnBy([]));
  expect(arrivals.count(drawnBy(["Ben"]))).toBe(1);
  expect(arrivals.said).toBe("Ben sent a drawing");
});

test("a room that began again is new from its first drawing on", () => {
  const arrivals = new Arrivals("Ana");
  arrivals.begin(drawnBy(["Ben", "Ben", "Ben"]));
  expect(arrivals.count(drawnBy(["Cleo"], 2))).toBe(1);
});

test("the same words twice are two sentences to a screen reader", () => {
  const arrivals = new Arrivals("Ana");
  arrivals.begin(drawnBy([]));
  arrivals.count(drawnBy(["Ben"]));
  const first = arrivals.said;
  arrivals.count(drawnBy(["Ben", "Ben"]));
  expect(arrivals.said).not.toBe(first);
  expect(arrivals.said.trim()).toBe(first);
});
