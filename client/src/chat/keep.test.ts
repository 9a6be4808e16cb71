import { expect, test } from "vitest";
import { memoryKeep } from "./keep";
import type { Pending } from "./room_state";

const drawing = { paper: 0xffffff, strokes: [] };
const pending = (author: string, clientId: string): Pending => ({
  ...{ clientId, room: "main-chat", author, drawing, caption: "", madeAtMs: 1 },
  ...{ remix: undefined, state: "waiting", code: "", reason: "" },
});

test("who will not come back is forgotten, and nobody else", async () => {
  const keep = memoryKeep();
  for (const person of ["ada", "adam"]) {
    await keep.putDraft(person, "main-chat", { strokes: [], caption: person });
    await keep.putOutbox(pending(person, `of ${person}`));
  }
  await keep.forget("ada");
  expect(await keep.draft("ada", "main-chat")).toBeUndefined();
  expect(await keep.outbox("ada")).toEqual([]);
  expect(await keep.draft("adam", "main-chat")).toMatchObject({ caption: "adam" });
  expect(await keep.outbox("adam")).toHaveLength(1);
});
