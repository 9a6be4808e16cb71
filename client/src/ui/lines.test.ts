import { expect, test } from "vitest";
import { EMPTY_ROOM, type Message, type Notice, type Pending, reduce } from "../chat/room_state";
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
  expect(keys(room)).toEqual(["n1", "#1", "n2", "#2", "n3", "own/p"]);
});

test("an accepted drawing keeps the key it had while pending", () => {
  const waiting = reduce(EMPTY_ROOM, { kind: "put", pending: pending("x") });
  const accepted = { kind: "accepted", clientId: "x", seq: 7, sentAtMs: 0 } as const;
  const arrived = { kind: "message", message: message(7, "x") } as const;
  expect(keys(reduce(waiting, accepted))).toEqual(keys(waiting));
  expect(keys(reduce(waiting, arrived))).toEqual(keys(waiting));
  expect(keys(reduce(reduce(waiting, accepted), arrived))).toEqual(keys(waiting));
});

test("messages with one client_id and one author are two lines", () => {
  // Accounts that are gone have no name, and anybody can copy a client_id.
  const gone = (seq: number): Message => ({ ...message(seq, "copied"), author: "" });
  const room = { messages: [gone(1), gone(2)], notices: [], pending: [] };
  expect(new Set(keys(room)).size).toBe(2);
});

test("a stranger's copy of a pending drawing's client_id takes nobody's place", () => {
  const waiting = reduce(EMPTY_ROOM, { kind: "put", pending: pending("x") });
  const copied: Message = { ...message(7, "x"), author: "eve" };
  expect(keys(reduce(waiting, { kind: "message", message: copied }))).toEqual(["#7", "own/x"]);
});

test("what is above the first drawing is said by one line that stays", () => {
  const messages = [1, 2, 3, 4].map((seq) => message(seq));
  const few = messages.slice(0, 3);
  expect(keys({ messages: few, notices: [], pending: [] })[0]).toBe("#1");
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
  expect(of(5, "exist")).toEqual(["top", "#4", "#5", "left-off", "#7"]);
  expect(of(3, "exist")).toEqual(["top", "left-off", "#4", "#5", "#7"]);
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
