import { expect, test } from "vitest";
import { type Farewell, whySignedOut } from "./me";

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
