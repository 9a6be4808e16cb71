import { get } from "svelte/store";
import { expect, test } from "vitest";
import { Api, type Memory } from "../wire/api";
import { Socket } from "../wire/socket";
import type { Turn } from "../wire/turn";
import { type Farewell, Session, whySignedOut } from "./me";

const farewell: Farewell = {
  code: "signed_out",
  wasUp: false,
  lost: false,
  sinceActionMs: 60_000,
  idleMs: 1_800_000,
};

test("the server closed an open connection after the idle time: inactivity", () => {
  expect(whySignedOut({ ...farewell, wasUp: true, sinceActionMs: 1_800_000 })).toBe("idle");
});

test("the connection was lost and the token is worth nothing: a restart", () => {
  expect(whySignedOut({ ...farewell, lost: true })).toBe("restart");
});

test("a phone that slept through the idle time: inactivity, not a restart", () => {
  expect(whySignedOut({ ...farewell, lost: true, sinceActionMs: 7_200_000 })).toBe("idle");
});

test("the server closed an open connection of somebody busy: ended from elsewhere", () => {
  expect(whySignedOut({ ...farewell, wasUp: true })).toBe("ended");
});

test("a server that closes for inactivity says so, whatever this page thinks of it", () => {
  expect(whySignedOut({ ...farewell, code: "idle", wasUp: true, sinceActionMs: 5 })).toBe("idle");
});

test("a replayed token ended it, whatever else happened", () => {
  expect(whySignedOut({ ...farewell, code: "token_replayed", sinceActionMs: 9e9 })).toBe("ended");
});

test("a page that opens with a dead token knows only that the server is another", () => {
  expect(whySignedOut({ ...farewell, idleMs: 0, sinceActionMs: 0 })).toBe("restart");
});

/** A page whose server does not answer, and whose clock is run by hand. */
function stranded(name: string | null) {
  const values = new Map(name === null ? [] : [["colo.name", name]]);
  const memory: Memory = {
    length: 0,
    key: () => null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
  const timers: (() => void)[] = [];
  const later = (run: () => void) => {
    timers.push(run);
    return () => void timers.splice(timers.indexOf(run), 1);
  };
  const never = new Promise<never>(() => {});
  const [random, now, base] = [() => 0.5, () => 0, ""];
  const turn: Turn = { take: (run) => run(), drop: () => {} };
  const api = new Api({ base, memory, random, now, turn, fetch: () => never, wait: () => never });
  const socket = new Socket({
    open: () => {
      throw new Error("nobody is there");
    },
    ticket: () => never,
    client: "test",
    random,
    now,
    later,
    heard: () => {},
    changed: (link) => session.linkChanged(link),
  });
  const session = new Session(api, () => socket, memory, now, later);
  const presumed: string[] = [];
  session.start((who) => presumed.push(who));
  return { session, presumed, tick: () => timers.splice(0).forEach((run) => void run()) };
}

test("without an answer the page opens for whoever was here last", () => {
  const { session, presumed, tick } = stranded("ada");
  expect(get(session.me)).toEqual({ state: "unknown" });
  tick();
  expect(get(session.me)).toEqual({ state: "remembered", name: "ada" });
  expect(presumed).toEqual(["ada"]);
});

test("a browser that never signed in presumes nobody", () => {
  const { session, presumed, tick } = stranded(null);
  tick();
  expect(get(session.me)).toMatchObject({ state: "signed_out", reason: "fresh" });
  expect(presumed).toEqual([]);
});

test("whoever is remembered and then refused signs in again", () => {
  const { session, tick } = stranded("ada");
  tick();
  const why = { kind: "signed_out", code: "signed_out" } as const;
  session.linkChanged({ state: "over", why, wasUp: false, lost: false });
  expect(get(session.me)).toEqual({ state: "signed_out", reason: "restart" });
  // An answer came: the clock has nothing to say any more.
  tick();
  expect(get(session.me)).toMatchObject({ state: "signed_out" });
});
