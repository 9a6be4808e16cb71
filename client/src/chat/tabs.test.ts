import { expect, test } from "vitest";
import { openTabs } from "./tabs";

test("a tab that is open answers to its name, others do not", async () => {
  const channels = [new BroadcastChannel("colo.test"), new BroadcastChannel("colo.test")];
  const first = openTabs("a", channels[0]);
  openTabs("b", channels[1]);
  expect(await first.alive(["b", "gone"])).toEqual(new Set(["b"]));
  for (const channel of channels) channel.close();
  expect(await first.alive([])).toEqual(new Set());
});

test("without a channel nobody else is there", async () => {
  expect(await openTabs("a", undefined).alive(["b"])).toEqual(new Set());
});
