import { expect, test } from "vitest";
import { forgetLeftOff, leftOff, markAfter } from "./seen";

function memory() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

test("what was seen is remembered per person and room, and never shrinks", () => {
  const kept = memory();
  const mine = leftOff(kept, "ada", "main");
  expect(mine.read(0)).toBeUndefined();
  mine.write(0, 7);
  mine.write(0, 5);
  expect(mine.read(0)).toBe(7);
  expect(leftOff(kept, "ada", "other").read(0)).toBeUndefined();
  expect(leftOff(kept, "bob", "main").read(0)).toBeUndefined();
});

test("after a restored backup nothing was seen, but what an older server numbered counts", () => {
  const kept = memory();
  const mine = leftOff(kept, "ada", "main");
  mine.write(4711, 7);
  expect(mine.read(4711)).toBe(7);
  expect(mine.read(815)).toBeUndefined();
  mine.write(815, 2);
  expect(mine.read(815)).toBe(2);
  const before = leftOff(kept, "ada", "attic");
  before.write(0, 5);
  expect(before.read(4711)).toBe(5);
});

test("who will not come back is forgotten, and nobody else", () => {
  const values = new Map<string, string>();
  const kept = {
    ...{ getItem: (key: string) => values.get(key) ?? null, length: 3 },
    key: (index: number) => [...values.keys()][index] ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
  for (const person of ["ada", "nada"]) leftOff(kept, person, "main").write(0, 7);
  values.set("other\nada", "is not ours");
  forgetLeftOff(kept, "ada");
  expect([...values.keys()]).toEqual(["colo.left.main\nnada", "other\nada"]);
});

test("a temporary room that began anew was never seen", () => {
  const mine = leftOff(memory(), "ada", "scratch");
  mine.write(1111, 40);
  expect(mine.read(2222)).toBeUndefined();
  mine.write(2222, 2);
  expect(mine.read(2222)).toBe(2);
});

test("a browser that keeps nothing, or something odd, is no trouble", () => {
  const full = {
    getItem: () => "what is this",
    setItem: () => {
      throw new Error("full");
    },
  };
  const mine = leftOff(full, "ada", "main");
  mine.write(0, 3);
  expect(mine.read(0)).toBeUndefined();
});

test("the mark stands where others' drawings begin that were not seen", () => {
  const came = [1, 2, 3].map((seq) => ({ seq, author: seq === 3 ? "bob" : "ada" }));
  expect(markAfter(undefined, came, "ada")).toBeUndefined();
  expect(markAfter(3, came, "ada")).toBeUndefined();
  expect(markAfter(1, came, "ada")).toBe(1);
  expect(markAfter(1, came.slice(0, 2), "ada")).toBeUndefined();
});
