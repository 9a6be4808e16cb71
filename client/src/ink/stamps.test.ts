import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { stampOf } from "./stamp_dots";
import { isStamp, STAMP_PAGES } from "./stamps";

const contract = fileURLToPath(new URL("../../../protocol/stamps.txt", import.meta.url));

/** A sign as it looks, row by row. */
function looks(sign: string): string[] {
  const stamp = stampOf(sign);
  if (stamp === undefined) return [];
  const rows = new Map<number, string[]>();
  for (const [column, row, length] of stamp.runs) {
    const line = rows.get(row) ?? new Array<string>(stamp.columns).fill(".");
    for (let x = column; x < column + length; x++) line[x] = "#";
    rows.set(row, line);
  }
  return [...rows].sort(([a], [b]) => a - b).map(([, line]) => line.join(""));
}

test("the keyboard has the signs of the contract, page by page", () => {
  expect(readFileSync(contract, "utf8").trimEnd().split("\n")).toEqual(STAMP_PAGES);
});

test("every sign has dots, no two signs the same ones", () => {
  const signs = STAMP_PAGES.flatMap((page) => [...page]);
  const seen = new Map<string, string>();
  for (const sign of signs) {
    const stamp = stampOf(sign);
    expect(stamp, sign).toBeDefined();
    expect(stamp?.runs.length, sign).toBeGreaterThan(0);
    const dots = JSON.stringify(stamp?.runs);
    expect(seen.get(dots), `${sign} looks like another`).toBeUndefined();
    seen.set(dots, sign);
    for (const [column, row, length] of stamp?.runs ?? []) {
      expect(column + length, sign).toBeLessThanOrEqual(stamp?.columns ?? 0);
      expect(row, sign).toBeGreaterThanOrEqual(-2);
      expect(row, sign).toBeLessThanOrEqual(8);
    }
  }
});

test("a letter is read from its picture", () => {
  expect(looks("T")).toEqual(["#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."]);
  expect(looks("É")).toHaveLength(9);
});

test("what is no sign is none", () => {
  for (const other of ["", " ", "Ж", "AB", "💩"]) expect(isStamp(other), other).toBe(false);
});
