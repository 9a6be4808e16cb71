import { get } from "svelte/store";
import { expect, test } from "vitest";
import { type Answer, Api, type Memory } from "../wire/api";
import { type Link, Socket } from "../wire/socket";
import type { Turn } from "../wire/turn";
import { type Farewell, type Me, Session, whySignedOut } from "./me";

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

const never = new Promise<never>(() => {});
const apiOptions = {
  base: "",
  random: () => 0.5,
  now: () => 0,
  turn: { take: (run) => run(), drop: () => {} } satisfies Turn,
  fetch: () => never,
  wait: () => never,
};
const memoryOf = (values: Map<string, string>): Memory => ({
  length: 0,
  key: () => null,
  getItem: (key) => values.get(key) ?? null,
  setItem: (key, value) => void values.set(key, value),
  removeItem: (key) => void values.delete(key),
});

/** A page whose server does not answer, and whose clock is run by hand. */
function stranded(name: string | null) {
  const values = new Map(
    name === null
      ? []
      : [
          ["colo.name", name],
          ["colo.session", `secret-of-${name} ${name}`],
        ],
  );
  const memory = memoryOf(values);
  const gone: string[] = [];
  const timers: (() => void)[] = [];
  const later = (run: () => void) => {
    timers.push(run);
    return () => void timers.splice(timers.indexOf(run), 1);
  };
  const { random, now } = apiOptions;
  const api = new Api({ ...apiOptions, memory });
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
  const session = new Session(
    api,
    () => socket,
    memory,
    now,
    later,
    (who) => void gone.push(who),
  );
  const presumed: string[] = [];
  session.start((who) => presumed.push(who));
  return {
    session,
    presumed,
    gone,
    values,
    tick: () => timers.splice(0).forEach((run) => void run()),
  };
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

const up = (user: string, admin = false): Link => ({
  state: "up",
  welcome: { user, admin, idleSeconds: 1800, rooms: [] },
});
const over = (code: string): Link => ({
  ...{ state: "over", wasUp: true, lost: false },
  why: { kind: "signed_out", code },
});
const told = (session: Session) => {
  const me = get(session.me);
  return me.state === "signed_out" ? me.reason : me.state;
};

test("who was signed out from another device is told so", () => {
  for (const code of ["revoked", "password_changed", "account_deleted"] as const) {
    const { session } = stranded("ada");
    session.linkChanged(up("ada"));
    session.linkChanged(over(code));
    expect(told(session)).toBe(code);
  }
});

test("a deleted account takes along what this browser kept of it, and is told once", async () => {
  const { session, gone, values } = stranded("ada");
  session.linkChanged(up("ada"));
  let answered = (_: Answer<undefined>) => {};
  const asked = session.leave(
    "account_deleted",
    new Promise<Answer<undefined>>((tell) => {
      answered = tell;
    }),
  );
  const heard: Me[] = [];
  session.me.subscribe((me) => void heard.push(me));
  // The socket hears of it first.
  session.linkChanged(over("account_deleted"));
  answered({ state: "ok", value: undefined });
  await asked;
  expect(heard).toHaveLength(2);
  expect(told(session)).toBe("account_deleted");
  expect(gone).toEqual(["ada"]);
  expect([...values.keys()]).toEqual([]);
});

test("signing out everywhere is one's own doing, whatever the socket says of it", async () => {
  const { session } = stranded("ada");
  session.linkChanged(up("ada"));
  const asked = session.leave("everywhere", Promise.resolve({ state: "ok", value: undefined }));
  session.linkChanged(over("revoked"));
  expect(told(session)).toBe("everywhere");
  await asked;
  expect(told(session)).toBe("everywhere");
  expect(session.lastName).toBe("");
});

test("a session that ends for another reason during a deletion deletes nothing here", async () => {
  for (const code of ["idle", "revoked", "password_changed", "signed_out"]) {
    const { session, gone } = stranded("ada");
    session.linkChanged(up("ada"));
    let answered = (_: Answer<undefined>) => {};
    const asked = session.leave(
      "account_deleted",
      new Promise<Answer<undefined>>((tell) => {
        answered = tell;
      }),
    );
    session.linkChanged(over(code));
    expect(told(session)).toBe(code === "signed_out" ? "ended" : code);
    expect(gone).toEqual([]);
    // The call has the last word.
    answered({ state: "ok", value: undefined });
    await asked;
    expect(told(session)).toBe("account_deleted");
    expect(gone).toEqual(["ada"]);
  }
});

test("who signs out everywhere and is idle is told of that", async () => {
  const { session } = stranded("ada");
  session.linkChanged(up("ada"));
  void session.leave("everywhere", new Promise<Answer<undefined>>(() => {}));
  session.linkChanged(over("idle"));
  expect(told(session)).toBe("idle");
});

test("whoever is only remembered is forgotten with the account, too", () => {
  for (const ticks of [0, 1]) {
    const { session, gone, values, tick } = stranded("ada");
    if (ticks > 0) tick();
    session.linkChanged(over("account_deleted"));
    expect(gone).toEqual(["ada"]);
    expect([...values.keys()]).toEqual([]);
  }
});

test("each sign-out is told, also the same one twice", () => {
  const { session } = stranded("ada");
  const heard: Me[] = [];
  session.linkChanged(over("revoked"));
  const stop = session.me.subscribe((me) => void heard.push(me));
  session.linkChanged(over("revoked"));
  stop();
  expect(heard).toHaveLength(2);
  expect(heard[1]).not.toBe(heard[0]);
});

test("a refused farewell changes nothing", async () => {
  const { session, gone } = stranded("ada");
  session.linkChanged(up("ada"));
  const no = { state: "refused", status: 403, code: "wrong_password", detail: "", retryAfterMs: 0 };
  await session.leave(
    "account_deleted",
    Promise.resolve<Answer<undefined>>({ ...no, state: "refused" }),
  );
  expect(told(session)).toBe("signed_in");
  expect(gone).toEqual([]);
});

test("set-up makes an administrator of whoever is signed in", () => {
  const { session } = stranded("ada");
  session.linkChanged(up("ada"));
  session.becameAdmin();
  expect(get(session.me)).toEqual({ state: "signed_in", name: "ada", admin: true });
});

test("a browser that lost the session's secret signs in again, without asking the server", () => {
  const { session, values } = stranded("ada");
  values.delete("colo.session");
  const next = new Session(
    new Api({ ...apiOptions, memory: memoryOf(values) }),
    () => {
      throw new Error("it asked");
    },
    memoryOf(values),
    () => 0,
    () => () => {},
    () => {},
  );
  next.start(() => {});
  expect(told(next)).toBe("ended");
  expect(session.lastName).toBe("ada");
});

test("another person who signs in in another tab is asked about, and not followed", () => {
  const { session, values, gone } = stranded("ada");
  session.linkChanged(up("ada"));
  values.set("colo.session", "of-ben ben");
  session.browserChanged();
  expect(get(session.me)).toEqual({ state: "other", name: "ada", other: "ben" });
  // Yet another one.
  values.set("colo.session", "of-cleo cleo");
  session.browserChanged();
  expect(get(session.me)).toEqual({ state: "other", name: "ada", other: "cleo" });
  session.follow();
  session.linkChanged(up("cleo"));
  expect(get(session.me)).toEqual({ state: "signed_in", name: "cleo", admin: false });
  expect(gone).toEqual([]);
});

test("who stays signs in by the name this page had, whatever name was used last", () => {
  const { session, values } = stranded("ada");
  session.linkChanged(up("ada"));
  values.set("colo.name", "ben");
  values.set("colo.session", "of-ben ben");
  session.browserChanged();
  session.stay();
  expect(told(session)).toBe("ended");
  expect(session.lastName).toBe("ada");
  session.linkChanged(up("ada"));
  expect(session.lastName).toBe("ada");
});

test("the same person who signs in in another tab changes nothing here", () => {
  const { session, values } = stranded("ada");
  session.linkChanged(up("ada"));
  values.set("colo.session", "newer ada");
  session.browserChanged();
  expect(told(session)).toBe("signed_in");
});

test("a page that is signed out asks nothing when somebody signs in elsewhere", () => {
  const { session, values } = stranded("ada");
  session.linkChanged(over("revoked"));
  values.set("colo.session", "of-ben ben");
  session.browserChanged();
  expect(told(session)).toBe("revoked");
});
