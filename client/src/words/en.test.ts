import { expect, test } from "vitest";
import { refusalWords, spanWords, timeWords, words } from "./en";

test("a code we know has our words, another the server's, none at all still a sentence", () => {
  expect(refusalWords("room_full", "Server's.")).toContain("full");
  expect(refusalWords("brand_new", "Server's.")).toBe("Server's.");
  expect(refusalWords("brand_new", "")).toMatch(/\.$/);
});

test("who has to wait is told how long", () => {
  expect(refusalWords("busy", "", 30_000)).toMatch(/wait 30 seconds\.$/);
  expect(refusalWords("too_many_requests", "", 61_200_000)).toMatch(/wait 17 hours\.$/);
  expect(refusalWords("busy", "")).toContain("moment");
  expect([1, 999, 1001, 90_001, 5_400_001].map(spanWords)).toEqual([
    ...["1 second", "1 second", "2 seconds", "2 minutes", "2 hours"],
  ]);
});

test("an author whose account is gone is somebody who left", () => {
  const { card, pad } = words;
  expect(card.drawing("", "14:05", undefined)).toBe("Drawing by somebody who left, 14:05");
  expect(card.captioned("Hi", "Ana", "14:05", "")).toBe(
    "Hi. By Ana, after a drawing by somebody who left, 14:05",
  );
  expect(card.after("")).toBe("after a drawing by somebody who left");
  expect(card.arrived("", "")).toBe("Somebody who left sent a drawing");
  expect(pad.remixing("")).toMatch(/^A drawing by somebody who left is on the pad/);
});

test("a time is said the shorter the nearer it is", () => {
  const now = new Date(2024, 4, 10, 15, 30).getTime();
  const at = (...time: [number, number, number, number]) =>
    timeWords(new Date(2024, time[0], time[1], time[2], time[3]).getTime(), now);
  expect(timeWords(now - 5000, now)).toBe("just now");
  expect(at(4, 10, 9, 5)).toMatch(/^\d{1,2}.05/);
  expect(at(4, 9, 9, 5)).toMatch(/^yesterday /);
  expect(at(4, 3, 9, 5)).toContain("3");
});
