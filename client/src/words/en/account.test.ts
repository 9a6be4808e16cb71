import { expect, test } from "vitest";
import { accountWords, problemWords, untilWords } from "./account";

test("until when is said the shorter the nearer it is", () => {
  const now = new Date(2024, 4, 10, 15, 30).getTime(); // a Friday
  const until = (day: number, hour: number) =>
    untilWords(new Date(2024, 4, day, hour, 5).getTime(), now);
  expect(until(10, 18)).toBe("until 18:05");
  expect(until(11, 0)).toBe("until tomorrow 00:05");
  expect(until(11, 9)).toBe("until tomorrow 09:05");
  expect(until(14, 9)).toBe("until Tuesday");
  expect(until(17, 9)).toBe("until May 17"); // "Friday" would be today
  expect(until(10, 15)).toBe("too old");
});

test("how long ago a device was used", () => {
  const { active } = accountWords.devices;
  expect([5, 60, 119, 7200, 200_000].map(active)).toEqual([
    "active just now",
    "active 1 minute ago",
    "active 1 minute ago",
    "active 2 hours ago",
    "active 2 days ago",
  ]);
});

test("a refusal has our words, the general ones, or the server's own", () => {
  const refused = (code: string, retryAfterMs = 0) =>
    problemWords({ state: "refused", code, detail: "Server's.", retryAfterMs });
  expect(refused("wrong_password")).toContain("not your password");
  expect(refused("too_many_requests", 30_000)).toContain("30 seconds");
  expect(refused("brand_new")).toBe("Server's.");
  expect(problemWords({ state: "unreachable" })).toContain("cannot be reached");
});
