import { expect, test } from "vitest";
import { changedMind, fileName } from "./save";

const at = new Date(2026, 4, 3, 9, 5).getTime();

test("a file is named after its author and its time", () => {
  expect(fileName("Ana", at, "png")).toBe("Ana-2026-05-03-0905.png");
  expect(fileName("bruh mobile", at, "svg")).toBe("bruh-mobile-2026-05-03-0905.svg");
  expect(fileName("Zoë_猫", at, "png")).toBe("Zoë_猫-2026-05-03-0905.png");
});

test("nothing in a name leads out of its folder", () => {
  expect(fileName("../../etc/passwd", at, "png")).toBe("etc-passwd-2026-05-03-0905.png");
  expect(fileName("a:b\\c*?\u0000", at, "png")).toBe("a-b-c-2026-05-03-0905.png");
  expect(fileName("..", at, "png")).toBe("2026-05-03-0905.png");
});

test("only who closes the share sheet has changed their mind", () => {
  expect(changedMind(new DOMException("closed", "AbortError"))).toBe(true);
  expect(changedMind(new DOMException("the tap was too long ago", "NotAllowedError"))).toBe(false);
  expect(changedMind("odd")).toBe(false);
});
