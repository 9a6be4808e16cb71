import { expect, test } from "vitest";
import { lacks } from "./abilities";

test("behind https nothing is lacking", () => {
  const here = { trusted: true, encrypted: true, workers: true };
  expect(lacks(here)).toEqual({ what: [], wantsHttps: false });
});

test("over plain http the page tells what https would bring", () => {
  const here = { trusted: false, encrypted: false, workers: false };
  expect(lacks(here)).toEqual({ what: ["offline", "install", "private"], wantsHttps: true });
});

test("a private window without service workers is the browser's doing", () => {
  const here = { trusted: true, encrypted: true, workers: false };
  expect(lacks(here)).toEqual({ what: ["offline"], wantsHttps: false });
});
