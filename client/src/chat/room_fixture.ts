// What the tests of a room are about: bob's messages, ada's drawings, and the
// answers that let her in.
import type { Drawing } from "../ink/stroke";
import {
  EMPTY_ROOM,
  type Message,
  type Pending,
  type RoomEvent,
  type RoomState,
  reduce,
} from "./room_state";

export const drawing: Drawing = { paper: 0xffffff, strokes: [] };

export const message = (seq: number, author = "bob", clientId = `id-${seq}`): Message => ({
  seq,
  author,
  sentAtMs: seq * 1000,
  drawing,
  caption: "",
  clientId,
});
export const messages = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => message(from + i));

export const pending = (clientId: string, madeAtMs = 1): Pending => ({
  clientId,
  room: "main",
  author: "ada",
  madeAtMs,
  drawing,
  caption: "",
  state: "waiting",
  code: "",
  reason: "",
});

export const joined = (of: Message[], more: Partial<Extract<RoomEvent, { kind: "joined" }>> = {}) =>
  ({
    kind: "joined",
    members: ["ada", "bob"],
    occupancy: 2,
    messages: of,
    more: false,
    reset: false,
    epoch: 0,
    deletion: 0,
    deleted: [],
    ...more,
  }) as const;

export const run = (events: RoomEvent[], from: RoomState = EMPTY_ROOM) =>
  events.reduce(reduce, from);
export const seqs = (room: RoomState) => room.messages.map((one) => one.seq);
export const entered = (of: Message[], more = {}) =>
  run([{ kind: "asked_to_join" }, joined(of, more)]);

/** One stroke, so that it is not blank. */
export const doodle: Drawing = {
  paper: 0xffffff,
  strokes: [
    { tool: "pen", rgb: 1, width: 20, startMs: 0, durationMs: 5, points: [5, 5], pressure: [] },
  ],
};
