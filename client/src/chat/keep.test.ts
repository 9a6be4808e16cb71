import { afterEach, expect, test, vi } from "vitest";
import { browserKeep, type Keep, memoryKeep } from "./keep";
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

afterEach(() => vi.unstubAllGlobals());

/** In a browser that has no room for a database; with what is put in a hurry. */
function crampedKeep(): [Keep, Map<string, string>] {
  vi.stubGlobal("IDBRequest", EventTarget);
  vi.stubGlobal("indexedDB", {
    open: () => {
      const request = new EventTarget();
      queueMicrotask(() => request.dispatchEvent(new Event("error")));
      return request;
    },
  });
  const values = new Map<string, string>();
  const quick = {
    get length() {
      return values.size;
    },
    key: (index: number) => [...values.keys()][index] ?? null,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
  return [browserKeep(quick, { name: "tab", alive: async () => new Set() }), values];
}

test("what is still on its way when somebody is forgotten does not come back", async () => {
  const draft = { strokes: [], caption: "still on its way" };
  const [cramped, hurried] = crampedKeep();
  for (const keep of [memoryKeep(), cramped]) {
    const put = keep.putDraft("ada", "main-chat", draft);
    await keep.forget("ada");
    await put;
    await keep.putOutbox(pending("ada", "late"));
    keep.putDraftNow("ada", "main-chat", draft);
    expect(await keep.draft("ada", "main-chat")).toBeUndefined();
    expect(await keep.outbox("ada")).toEqual([]);
    expect([...hurried.keys()]).toEqual([]);
    // The name is free, and somebody takes it.
    keep.welcome("ada");
    await keep.putDraft("ada", "main-chat", draft);
    await keep.putOutbox(pending("ada", "new"));
    expect(await keep.draft("ada", "main-chat")).toEqual(draft);
    expect(await keep.outbox("ada")).toHaveLength(1);
  }
});
