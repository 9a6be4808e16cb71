// What is known of one room, as values: messages in the order of their seq,
// each once; what is still on its way; who is here; and what has to be asked
// for next. Pure: every arrival is an event, `reduce` is the only writer.
//
// The idea: live delivery is a hint. `upTo` is the seq up to which nothing is
// missing; a message beyond `upTo + 1` is shown at once and the gap asked for.
import type { Drawing } from "../ink/stroke";
import { found, hidden, overAfter, overWithout, type Unsent, withoutSeqs } from "./unsent";

export interface Message {
  readonly seq: number;
  readonly author: string;
  readonly sentAtMs: number;
  readonly drawing: Drawing;
  readonly caption: string;
  readonly clientId: string;
  /** What it began as, where it is a remix and somebody still knows of whose. */
  readonly remix?: Origin | undefined;
  /** This page showed it as a pending drawing before it had a seq. */
  readonly wasPending?: true | undefined;
}

/** The message that a drawing began as. */
export interface Origin {
  readonly seq: number;
  readonly author: string;
}

/** The same, for a drawing that is not sent yet. */
export interface Remix extends Origin {
  /** The life of the room that `seq` counts in; 0: kept when saved rooms had none. */
  readonly epoch: number;
}

/** A drawing of this person that the server has not accepted yet. */
export interface Pending {
  readonly clientId: string;
  readonly room: string;
  readonly author: string;
  readonly madeAtMs: number;
  readonly drawing: Drawing;
  readonly caption: string;
  /** Missing in outboxes of older versions: none. */
  readonly remix?: Remix | undefined;
  readonly state: "waiting" | "sending" | "failed";
  /** Of a failed one: the server's code and sentence. */
  readonly code: string;
  readonly reason: string;
  /** Only in an outbox: it had gone out and was taken back. */
  readonly unsent?: true | undefined;
}

export interface Notice {
  readonly id: number;
  readonly user: string;
  readonly change: "joined" | "left";
  /** Shown below the message with this seq. */
  readonly afterSeq: number;
}

export interface RoomState {
  /** Where this page stands with the room. */
  readonly place: "outside" | "joining" | "inside" | "refused";
  readonly refusal: { readonly code: string; readonly reason: string } | undefined;
  readonly epoch: number;
  readonly members: readonly string[];
  readonly occupancy: number;
  readonly messages: readonly Message[];
  readonly pending: readonly Pending[];
  readonly notices: readonly Notice[];
  /** Others who have the pen down. */
  readonly drawing: readonly string[];
  /** Drawings of this person that were taken back after they had gone out. */
  readonly unsent: readonly Unsent[];
  readonly upTo: number;
  /** The newest deletion up to which none is missing. */
  readonly deletion: number;
  /** after_seq of the Join that is not answered yet. */
  readonly asked: number | undefined;
  readonly older: "none" | "exist" | "loading";
  /** The next thing to ask the server for. */
  readonly need: "nothing" | "catch_up";
}

export const EMPTY_ROOM: RoomState = {
  place: "outside",
  refusal: undefined,
  epoch: 0,
  members: [],
  occupancy: 0,
  messages: [],
  pending: [],
  notices: [],
  drawing: [],
  unsent: [],
  upTo: 0,
  deletion: 0,
  asked: undefined,
  older: "none",
  need: "nothing",
};

export type RoomEvent =
  /** `quietly`: whoever reads why it was refused goes on reading. */
  | { readonly kind: "asked_to_join"; readonly quietly?: boolean }
  | {
      readonly kind: "joined";
      readonly members: readonly string[];
      readonly occupancy: number;
      readonly messages: readonly Message[];
      readonly more: boolean;
      readonly reset: boolean;
      readonly epoch: number;
      readonly deletion: number;
      readonly deleted: readonly number[];
    }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string }
  | { readonly kind: "outside" }
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "put"; readonly pending: Pending }
  | { readonly kind: "sending"; readonly clientId: string }
  | { readonly kind: "waiting"; readonly clientId: string }
  | {
      readonly kind: "accepted";
      readonly clientId: string;
      readonly seq: number;
      readonly sentAtMs: number;
    }
  | {
      readonly kind: "failed";
      readonly clientId: string;
      readonly code: string;
      readonly reason: string;
    }
  | { readonly kind: "taken_back"; readonly clientId: string }
  /** It is on its way or there already: nobody shall see it. `seq` 0: not known yet. */
  | {
      readonly kind: "unsent";
      readonly author: string;
      readonly clientId: string;
      readonly seq: number;
    }
  /** What was to be deleted is gone already. */
  | { readonly kind: "unsent_gone"; readonly seq: number }
  /** The message that it was a remix of is not there. */
  | { readonly kind: "remix_gone"; readonly clientId: string }
  | { readonly kind: "asked_for_older" }
  | { readonly kind: "page"; readonly messages: readonly Message[]; readonly more: boolean }
  | { readonly kind: "older_failed" }
  | {
      readonly kind: "presence";
      readonly user: string;
      readonly change: "joined" | "left" | "count";
      readonly occupancy: number;
      readonly me: string;
    }
  | { readonly kind: "deleted"; readonly seq: number; readonly deletion: number }
  | { readonly kind: "pen"; readonly user: string; readonly down: boolean };

/** A quiet line about each coming and going is nice; a hundred of them are not. */
const NOTICES_MAX = 30;

export function reduce(room: RoomState, event: RoomEvent): RoomState {
  switch (event.kind) {
    case "asked_to_join":
      return {
        ...room,
        place: room.place === "inside" || event.quietly ? room.place : "joining",
        refusal: event.quietly ? room.refusal : undefined,
        asked: room.upTo,
        need: "nothing",
      };
    case "joined":
      return joined(room, event);
    case "refused":
      return {
        ...room,
        place: "refused",
        refusal: { code: event.code, reason: event.reason },
        asked: undefined,
      };
    case "outside":
      return outside(room);
    case "message":
      return withGapNoticed(merge(room, [event.message]));
    case "put":
      return remixesOfThisLife({
        ...room,
        pending: [...room.pending, event.pending].sort((a, b) => a.madeAtMs - b.madeAtMs),
      });
    case "sending":
    case "waiting":
      return withPending(room, event.clientId, { state: event.kind });
    case "failed":
      return withPending(room, event.clientId, {
        state: "failed",
        code: event.code,
        reason: event.reason,
      });
    case "accepted":
      return accepted(room, event.clientId, event.seq, event.sentAtMs);
    case "taken_back":
      return { ...room, pending: room.pending.filter((one) => one.clientId !== event.clientId) };
    case "unsent": {
      const { author, clientId, seq } = event;
      return {
        ...room,
        pending: room.pending.filter((one) => one.clientId !== clientId),
        messages: room.messages.filter((one) => one.seq !== seq),
        unsent: [...room.unsent, { author, clientId, seq, over: false }],
      };
    }
    case "unsent_gone":
      return { ...room, unsent: overAfter(room.unsent, (seq) => seq === event.seq) };
    case "remix_gone":
      return withPending(room, event.clientId, { remix: undefined, state: "waiting" });
    case "asked_for_older":
      return { ...room, older: "loading" };
    case "page":
      return { ...merge(room, event.messages), older: event.more ? "exist" : "none" };
    case "older_failed":
      return { ...room, older: room.older === "loading" ? "exist" : room.older };
    case "presence":
      return presence(room, event);
    case "deleted":
      return deleted(room, event.seq, event.deletion);
    case "pen": {
      const others = room.drawing.filter((one) => one !== event.user);
      return { ...room, drawing: event.down ? [...others, event.user] : others };
    }
    default:
      return event satisfies never;
  }
}

/** The connection went: what was on its way waits again, and nothing asked will be answered. */
function outside(room: RoomState): RoomState {
  return {
    ...room,
    place: "outside",
    asked: undefined,
    drawing: [],
    need: "nothing",
    older: room.older === "loading" ? "exist" : room.older,
    pending: room.pending.map((one) =>
      one.state === "sending" ? { ...one, state: "waiting" as const } : one,
    ),
  };
}

function joined(room: RoomState, event: Extract<RoomEvent, { kind: "joined" }>): RoomState {
  const fresh = event.reset || room.asked === undefined || room.asked === 0;
  const kept = event.reset
    ? { ...room, messages: [], notices: [], upTo: 0, unsent: withoutSeqs(room.unsent) }
    : joinable(room, event);
  const gone = new Set(event.deleted);
  const merged = merge(
    { ...kept, messages: kept.messages.filter((one) => !gone.has(one.seq)) },
    event.messages,
  );
  const last = event.messages[event.messages.length - 1]?.seq ?? 0;
  const state: RoomState = {
    ...merged,
    place: "inside",
    refusal: undefined,
    epoch: event.epoch,
    deletion: event.deletion,
    unsent: overAfter(merged.unsent, (seq) => gone.has(seq)),
    members: event.members,
    occupancy: Math.max(event.occupancy, event.members.length),
    asked: undefined,
    upTo: contiguous(merged.messages, Math.max(merged.upTo, last)),
    older: fresh ? olderAfter(kept, event) : room.older,
  };
  // Newer ones exist behind a page of a catch-up. (After a reset `more` may mean
  // either; asking once too often is harmless.)
  const behind = event.more && last > 0 && (event.reset || !fresh);
  const next = remixesOfThisLife(state);
  if (behind) return { ...next, need: "catch_up" };
  return withGapNoticed({ ...next, unsent: overWithout(next.unsent) });
}

/** Of another life of the room, a seq is another drawing's. */
function remixesOfThisLife(room: RoomState): RoomState {
  const foreign = ({ remix }: Pending) =>
    remix !== undefined && remix.epoch !== 0 && remix.epoch !== room.epoch;
  if (room.place !== "inside" || !room.pending.some(foreign)) return room;
  const pending = room.pending.map((one) => (foreign(one) ? { ...one, remix: undefined } : one));
  return { ...room, pending };
}

function deleted(room: RoomState, seq: number, deletion: number): RoomState {
  const state: RoomState = {
    ...room,
    messages: room.messages.filter((one) => one.seq !== seq),
    unsent: overAfter(room.unsent, (one) => one === seq),
  };
  if (deletion === room.deletion + 1) return { ...state, deletion };
  const gap = deletion > room.deletion && room.place === "inside" && room.asked === undefined;
  return gap ? { ...state, need: "catch_up" } : state;
}

/**
 * The newest page follows on nothing: what lies before it, with perhaps a gap
 * between, is let go, and comes again as older pages.
 */
function joinable(room: RoomState, event: { readonly messages: readonly Message[] }): RoomState {
  const first = event.messages[0]?.seq;
  if (room.asked !== 0 || first === undefined) return room;
  return { ...room, messages: room.messages.filter((one) => one.seq >= first) };
}

function olderAfter(
  before: RoomState,
  event: { readonly messages: readonly Message[]; readonly more: boolean },
): RoomState["older"] {
  const first = event.messages[0]?.seq ?? 0;
  const knewOlder = before.messages.some((one) => one.seq < first);
  if (knewOlder) return before.older;
  return event.more && first > 1 ? "exist" : "none";
}

/** Puts messages in their places, each once, and takes away what they were pending as. */
function merge(room: RoomState, arrived: readonly Message[]): RoomState {
  if (arrived.length === 0) return room;
  const known = new Set(room.messages.map((one) => one.seq));
  const isOwn = (one: Message) =>
    room.pending.some((own) => own.author === one.author && own.clientId === one.clientId);
  const fresh = arrived
    .filter((one) => !known.has(one.seq) && known.add(one.seq))
    .map((one) => (isOwn(one) ? { ...one, wasPending: true as const } : one));
  const messages = [...room.messages, ...fresh];
  const inOrder = messages.every((one, i) => i === 0 || (messages[i - 1]?.seq ?? 0) < one.seq);
  if (!inOrder) messages.sort((a, b) => a.seq - b.seq);
  const pending = room.pending.filter(
    (own) => !arrived.some((one) => one.author === own.author && one.clientId === own.clientId),
  );
  const unsent = found(room.unsent, arrived);
  return {
    ...room,
    messages: hidden(messages, unsent),
    unsent,
    pending: pending.length === room.pending.length ? room.pending : pending,
    upTo: contiguous(messages, room.upTo),
  };
}

/** How far nothing is missing, walking on from `upTo`. */
function contiguous(messages: readonly Message[], upTo: number): number {
  let end = upTo;
  for (const one of messages) {
    if (one.seq === end + 1) end = one.seq;
  }
  return end;
}

function withGapNoticed(room: RoomState): RoomState {
  const last = room.messages[room.messages.length - 1]?.seq ?? 0;
  const gap = room.place === "inside" && room.asked === undefined && last > room.upTo;
  return gap ? { ...room, need: "catch_up" } : room;
}

function withPending(
  room: RoomState,
  clientId: string,
  change: Partial<Pick<Pending, "state" | "code" | "reason" | "remix">>,
): RoomState {
  return {
    ...room,
    pending: room.pending.map((one) => (one.clientId === clientId ? { ...one, ...change } : one)),
  };
}

function accepted(room: RoomState, clientId: string, seq: number, sentAtMs: number): RoomState {
  const own = room.pending.find((one) => one.clientId === clientId);
  if (own === undefined) {
    const mine = room.unsent.filter((one) => one.clientId === clientId);
    return {
      ...room,
      unsent: found(
        room.unsent,
        mine.map((one) => ({ ...one, seq })),
      ),
    };
  }
  const { author, drawing, caption, remix } = own;
  return withGapNoticed(
    merge(room, [{ seq, author, sentAtMs, drawing, caption, clientId, remix }]),
  );
}

function presence(room: RoomState, event: Extract<RoomEvent, { kind: "presence" }>): RoomState {
  const { user, change, occupancy } = event;
  if (change === "count" || user === "") return { ...room, occupancy };
  const others = room.members.filter((one) => one !== user);
  const members = change === "joined" ? [...others, user] : others;
  const drawing = change === "left" ? room.drawing.filter((one) => one !== user) : room.drawing;
  if (user === event.me) return { ...room, members, occupancy };
  const id = (room.notices[room.notices.length - 1]?.id ?? 0) + 1;
  const afterSeq = room.messages[room.messages.length - 1]?.seq ?? 0;
  // Somebody who comes and goes between two drawings is one line, not ten.
  const kept = room.notices.filter((one) => one.user !== user || one.afterSeq !== afterSeq);
  const notices = [...kept, { id, user, change, afterSeq }].slice(-NOTICES_MAX);
  return { ...room, members, occupancy, notices, drawing };
}
