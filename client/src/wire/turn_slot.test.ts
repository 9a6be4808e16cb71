import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { browserSlot } from "./turn_slot";

// As much of IndexedDB as a slot uses. A connection may be cut, or never answer.

let stored: string | undefined;
let connections: { cut: boolean; silent: boolean }[];
/** How connections are that are opened from now on. */
let fresh: { cut: boolean; silent: boolean };
/** What the silent ones will say in the end. */
let stalled: (() => void)[];

class Transaction {
  oncomplete = () => {};
  onabort = () => {};
  readonly error = new Error("aborted");

  constructor(private readonly silent: boolean) {
    setTimeout(() => this.silent || this.oncomplete());
  }

  objectStore() {
    const request = { result: stored, onsuccess: () => {} };
    if (this.silent) stalled.push(() => request.onsuccess());
    else queueMicrotask(() => request.onsuccess());
    return {
      get: () => request,
      put: (value: string) => {
        stored = value;
      },
    };
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  stored = undefined;
  connections = [];
  stalled = [];
  fresh = { cut: false, silent: false };
  vi.stubGlobal("indexedDB", {
    open: () => {
      const connection = { ...fresh };
      connections.push(connection);
      const result = {
        close: () => {},
        transaction: () => {
          if (connection.cut) throw new Error("the connection is closing");
          return new Transaction(connection.silent);
        },
      };
      const request = { result, onsuccess: () => {} };
      queueMicrotask(() => request.onsuccess());
      return request;
    },
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Time passes until there is an answer. */
async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(ms);
  return asked;
}

/** Takes the slot if nobody has it. */
const orMine = (now: string) => now || "mine";

test("a word that is put there is there for the next one", async () => {
  expect(await within(10, browserSlot().change(orMine))).toBe("mine");
  expect(
    await within(
      10,
      browserSlot().change(() => "somebody's"),
    ),
  ).toBe("somebody's");
  expect(await within(10, browserSlot().change(orMine))).toBe("somebody's");
});

test("a connection that was cut while the page slept is opened anew", async () => {
  stored = "somebody's";
  const slot = browserSlot();
  await within(10, slot.change(orMine));
  for (const one of connections) one.cut = true;
  expect(await within(10, slot.change(orMine))).toBe("somebody's");
  expect(connections).toHaveLength(2);
});

test("a database that is cut again and again is gone without", async () => {
  fresh = { cut: true, silent: false };
  expect(await within(10, browserSlot().change(orMine))).toBe("mine");
});

test("a database that does not answer is not waited for for long, and changes nothing later", async () => {
  stored = "somebody's";
  fresh = { cut: false, silent: true };
  const slot = browserSlot();
  const asked = slot.change((now) => (now === "" ? "mine" : `${now}, mine`));
  await vi.advanceTimersByTimeAsync(10);
  fresh = { cut: false, silent: false };
  expect(await within(2000, asked)).toBe("mine");
  expect(stalled).toHaveLength(1);
  for (const go of stalled) go();
  expect(stored).toBe("somebody's");
  // The next one tries again.
  expect(await within(10, slot.change(orMine))).toBe("somebody's");
});
