import { expect, test } from "vitest";
import type { Message, Notice, Pending } from "../chat/room_state";
import { guessHeight, lines } from "./lines";

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
type Feed = Omit<Parameters<typeof lines>[0], "older"> & { older?: "none" | "exist" | "loading" };
const keys = (room: Feed, leftOff?: number) =>
  lines({ older: "none", ...room }, leftOff).map((line) => line.key);

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

test("what is above the first drawing is said by one line that stays", () => {
  const messages = [1, 2, 3, 4].map((seq) => message(seq));
  const few = messages.slice(0, 3);
  expect(keys({ messages: few, notices: [], pending: [] })[0]).toBe("ada/c1");
  expect(keys({ messages, notices: [], pending: [] })[0]).toBe("top");
  expect(keys({ messages: few, notices: [], pending: [], older: "exist" })[0]).toBe("top");
});

test("drawings are counted, with those that are still on their way", () => {
  const room = {
    messages: [message(5), message(8)],
    notices: [notice(1, 5)],
    pending: [pending("p")],
  };
  const places = lines({ older: "exist", ...room }).flatMap((line) =>
    "place" in line ? [line.place] : [],
  );
  expect(places).toEqual([1, 2, 3]);
});

test("where one left off is marked before the first drawing that came since", () => {
  const room = { messages: [4, 5, 7].map((seq) => message(seq)), notices: [], pending: [] };
  const of = (leftOff: number, older: "none" | "exist") => keys({ ...room, older }, leftOff);
  expect(of(5, "exist")).toEqual(["top", "ada/c4", "ada/c5", "left-off", "ada/c7"]);
  expect(of(3, "exist")).toEqual(["top", "left-off", "ada/c4", "ada/c5", "ada/c7"]);
  // More was missed than is loaded: the mark comes with what is older.
  expect(of(2, "exist")).not.toContain("left-off");
  expect(of(2, "none")).toContain("left-off");
  expect(of(7, "exist")).not.toContain("left-off");
});

test("a height is guessed from the width and the caption's length", () => {
  const card = (caption: string) =>
    guessHeight({ kind: "message", key: "", place: 1, message: { ...message(1), caption } }, 342);
  const line = card("short") - card("");
  expect(card("x".repeat(100)) - card("short")).toBeGreaterThan(2 * 22);
  expect(card("a\nb\nc") - card("")).toBeGreaterThan(line + 2 * 22);
  const quiet = guessHeight({ kind: "beginning", key: "top" }, 342);
  expect(quiet).toBeLessThan(card(""));
});
