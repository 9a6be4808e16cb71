import { expect, test } from "vitest";
import { refusalWords, timeWords } from "./en";

test("a code we know has our words, another the server's, none at all still a sentence", () => {
  expect(refusalWords("room_full", "Server's.")).toContain("full");
  expect(refusalWords("brand_new", "Server's.")).toBe("Server's.");
  expect(refusalWords("brand_new", "")).toMatch(/\.$/);
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
