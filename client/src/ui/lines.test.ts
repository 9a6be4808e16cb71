import { expect, test } from "vitest";
import type { Message, Notice, Pending } from "../chat/room_state";
import { lines } from "./lines";

const drawing = { paper: 0xffffff, strokes: [] };
const message = (seq: number, clientId = `c${seq}`): Message => ({
  seq,
  author: "ada",
  sentAtMs: 0,
  drawing,
  caption: "",
  clientId,
});
const pending = (clientId: string): Pending => ({
  clientId,
  room: "main",
  author: "ada",
  madeAtMs: 0,
  drawing,
  caption: "",
  state: "waiting",
  code: "",
  reason: "",
});
const notice = (id: number, afterSeq: number): Notice => ({
  id,
  user: "bob",
  change: "joined",
  afterSeq,
});
const keys = (...of: Parameters<typeof lines>) => lines(...of).map((line) => line.key);

test("notices stand below the drawing they came after, pending drawings last", () => {
  const room = {
    messages: [message(1), message(2)],
    notices: [notice(1, 0), notice(2, 1), notice(3, 2)],
    pending: [pending("p")],
  };
  expect(keys(room)).toEqual(["n1", "ada/c1", "n2", "ada/c2", "n3", "ada/p"]);
});

test("an accepted drawing keeps the key it had while pending", () => {
  const before = keys({ messages: [], notices: [], pending: [pending("x")] });
  const after = keys({ messages: [message(7, "x")], notices: [], pending: [] });
  expect(after).toEqual(before);
});

test("drawings without an id are told apart by their seq", () => {
  const room = { messages: [message(1, ""), message(2, "")], notices: [], pending: [] };
  expect(new Set(keys(room)).size).toBe(2);
});
