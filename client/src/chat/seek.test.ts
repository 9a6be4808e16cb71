import { writable } from "svelte/store";
import { expect, test } from "vitest";
import { EMPTY_ROOM, type Message, type RoomState } from "./room_state";
import { type Outcome, seek } from "./seek";

const message = (seq: number): Message => ({
  seq,
  author: "bob",
  sentAtMs: seq,
  drawing: { paper: 0xffffff, strokes: [] },
  caption: "",
  clientId: `id-${seq}`,
});
const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

/** A room of which `first` and what follows is loaded, and that loads `page` more at once. */
function roomFrom(first: number, page = 30) {
  const inside: RoomState = { ...EMPTY_ROOM, place: "inside", older: "exist" };
  const state = writable<RoomState>({ ...inside, messages: messages(first, 500) });
  let pages = 0;
  const outcomes: Outcome[] = [];
  return {
    state,
    outcomes,
    pages: () => pages,
    loadOlder: () => {
      pages += 1;
      state.update((now) => ({ ...now, older: "loading" }));
      state.update((now) => {
        const from = Math.max(1, (now.messages[0]?.seq ?? 1) - page);
        return { ...now, older: from > 1 ? "exist" : "none", messages: messages(from, 500) };
      });
    },
  };
}

test("what is loaded is there at once", () => {
  const room = roomFrom(400);
  seek(room, 450, (outcome) => room.outcomes.push(outcome));
  expect([room.outcomes, room.pages()]).toEqual([["here"], 0]);
});

test("older pages are loaded until it is there", () => {
  const room = roomFrom(400);
  seek(room, 305, (outcome) => room.outcomes.push(outcome));
  expect([room.outcomes, room.pages()]).toEqual([["here"], 4]);
});

test("where it should be and is not, it is gone", () => {
  const room = roomFrom(400);
  room.state.update((now) => ({
    ...now,
    messages: now.messages.filter((one) => one.seq !== 450),
  }));
  seek(room, 450, (outcome) => room.outcomes.push(outcome));
  const beginning = roomFrom(20);
  beginning.state.update((now) => ({ ...now, older: "none" }));
  seek(beginning, 7, (outcome) => beginning.outcomes.push(outcome));
  expect([room.outcomes, beginning.outcomes]).toEqual([["gone"], ["gone"]]);
});

test("it does not go back for ever", () => {
  const room = roomFrom(400, 1);
  seek(room, 3, (outcome) => room.outcomes.push(outcome));
  expect(room.outcomes).toEqual(["too_far"]);
  expect(room.pages()).toBeLessThan(100);
});

test("it ends with the connection, and when nobody wants it any more", () => {
  const room = roomFrom(400);
  room.loadOlder = () => room.state.update((now) => ({ ...now, older: "loading" }));
  seek(room, 3, (outcome) => room.outcomes.push(outcome));
  expect(room.outcomes).toEqual([]);
  room.state.update((now) => ({ ...now, older: "exist", place: "outside" }));
  expect(room.outcomes).toEqual(["no_connection"]);
  const other = roomFrom(400);
  other.loadOlder = () => other.state.update((now) => ({ ...now, older: "loading" }));
  const stop = seek(other, 3, (outcome) => other.outcomes.push(outcome));
  stop();
  other.state.update((now) => ({ ...now, messages: messages(1, 500), older: "none" }));
  expect(other.outcomes).toEqual([]);
});
