import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { type IconForm, iconPng } from "./icon.ts";

/** The color at a place, each from 0 to 1. */
function colorAt(form: IconForm, x: number, y: number): number[] {
  const bytes = Buffer.from(iconPng(form));
  expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
  expect(bytes.readUInt32BE(16)).toBe(form.size);
  const length = bytes.readUInt32BE(33);
  const rows = inflateSync(bytes.subarray(41, 41 + length));
  const at = Math.floor(y * form.size) * (form.size * 4 + 1) + 1 + Math.floor(x * form.size) * 4;
  return [...rows.subarray(at, at + 4)];
}

test("an icon shows what the SVG shows", () => {
  const form = { size: 64, fill: 1, rounded: true };
  expect(colorAt(form, 0, 0)[3]).toBe(0); // beyond the round corner
  expect(colorAt(form, 0.25, 0.3)).toEqual([255, 255, 255, 255]); // the paper
  const [red = 0, green = 0, blue = 0] = colorAt(form, 0.5, 0.97);
  expect(green).toBeGreaterThan(220); // the gradient's lower end
  expect(Math.max(red, blue)).toBeLessThan(170);
});

test("an icon that phones mask is filled to its corners", () => {
  const form = { size: 64, fill: 0.8, rounded: false };
  expect(colorAt(form, 0, 0)[3]).toBe(255);
  expect(colorAt(form, 0.99, 0.99)[3]).toBe(255);
});
