import { expect, test } from "vitest";
import { loadPens, penInHand, resize, SIZES, savePens, takeUp, used } from "./pens";

function storage(text?: string) {
  const kept = new Map<string, string>(text === undefined ? [] : [["colo.pens", text]]);
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

test("what was set is there again, but for the eraser", () => {
  const browser = storage();
  let pens = resize(takeUp(loadPens(browser), "marker"), 99);
  pens = used({ ...pens, rgb: 0x123456, stamp: "★" });
  savePens(takeUp(pens, "eraser"), browser);
  const again = loadPens(browser);
  expect(again).toMatchObject({ tool: "marker", drawTool: "marker", rgb: 0x123456, stamp: "★" });
  expect(again.widths.marker).toBe(99);
  expect(again.recent).toEqual([0x123456]);
});

test("what makes no sense is not taken", () => {
  const fresh = loadPens(storage());
  for (const text of [
    "nonsense",
    "7",
    '{"tool":"chainsaw","drawTool":"chainsaw","rgb":-1,"widths":{"pen":1e9},"stamp":"Ж","recent":["x"]}',
  ]) {
    expect(loadPens(storage(text)), text).toEqual(fresh);
  }
});

test("each tool has its own size", () => {
  const pens = resize(takeUp(loadPens(storage()), "pixel"), 64);
  expect(penInHand(pens).width).toBe(64);
  expect(penInHand(takeUp(pens, "pen")).width).toBe(SIZES.pen.first);
});

test("only a stamp has a sign", () => {
  const pens = loadPens(storage());
  expect(penInHand(takeUp(pens, "stamp")).stamp).toBe(pens.stamp);
  expect(penInHand(pens).stamp).toBeUndefined();
});

test("the last colours stand once each, the newest first, and not without end", () => {
  let pens = loadPens(storage());
  for (let rgb = 1; rgb <= 20; rgb++) pens = used({ ...pens, rgb });
  pens = used({ ...pens, rgb: 18 });
  expect(pens.recent).toEqual([18, 20, 19, 17, 16]);
  expect(used(takeUp({ ...pens, rgb: 5 }, "eraser")).recent).toEqual(pens.recent);
});
