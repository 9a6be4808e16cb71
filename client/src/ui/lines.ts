// What stands in the feed, from top to bottom: what is above the first drawing,
// messages, the quiet lines between them, and the drawings that are still on
// their way. And how tall a line will be, as well as that can be told before it
// was shown.
import type { Message, Notice, Pending, RoomState } from "../chat/room_state";

export type Line =
  /** `place` counts the drawings, from 1. */
  | {
      readonly kind: "message";
      readonly key: string;
      readonly place: number;
      readonly message: Message;
    }
  | {
      readonly kind: "pending";
      readonly key: string;
      readonly place: number;
      readonly pending: Pending;
    }
  | Quiet;

/** A line without a drawing. */
export type Quiet =
  | { readonly kind: "notice"; readonly key: string; readonly notice: Notice }
  /** broken: in place of a card that could not be shown. */
  | { readonly kind: "older" | "beginning" | "left_off" | "broken"; readonly key: string };

/** The line above the first drawing. It stays there whatever comes in below it. */
export const TOP_KEY = "top";
/** So few drawings need nobody to say where they began. */
const TOO_FEW_TO_BEGIN = 3;

/**
 * A message is its seq, which the server gave it. A client_id is chosen by whoever sends, and
 * others can copy it: it is a key for this page's own drawings only. A pending drawing keeps its
 * key when it is accepted, and so its place on the screen.
 */
function messageKey(one: Message): string {
  return one.wasPending ? pendingKey(one) : `#${one.seq}`;
}

function pendingKey(one: { readonly clientId: string }): string {
  return `own/${one.clientId}`;
}

/** `leftOff`: the last drawing that this person saw before; undefined where that means nothing. */
export function lines(
  room: Pick<RoomState, "messages" | "notices" | "pending" | "older">,
  leftOff?: number,
): Line[] {
  const all: Line[] = [];
  const { messages } = room;
  if (room.older !== "none") all.push({ kind: "older", key: TOP_KEY });
  else if (messages.length > TOO_FEW_TO_BEGIN) all.push({ kind: "beginning", key: TOP_KEY });
  let next = 0;
  const noticesUpTo = (seq: number) => {
    for (; next < room.notices.length; next++) {
      const notice = room.notices[next];
      if (notice === undefined || notice.afterSeq > seq) return;
      all.push({ kind: "notice", key: `n${notice.id}`, notice });
    }
  };
  let marked = leftOff === undefined || !reachesTo(room, leftOff);
  for (const [index, message] of messages.entries()) {
    noticesUpTo(message.seq - 1);
    if (!marked && leftOff !== undefined && message.seq > leftOff) {
      marked = true;
      all.push({ kind: "left_off", key: "left-off" });
    }
    all.push({ kind: "message", key: messageKey(message), place: index + 1, message });
  }
  noticesUpTo(Number.POSITIVE_INFINITY);
  for (const [index, pending] of room.pending.entries()) {
    const place = messages.length + index + 1;
    all.push({ kind: "pending", key: pendingKey(pending), place, pending });
  }
  return all;
}

/** Whether all that came after `seq` is loaded. */
export function reachesTo(room: Pick<RoomState, "messages" | "older">, seq: number): boolean {
  const first = room.messages[0]?.seq;
  return first !== undefined && (first <= seq + 1 || room.older === "none");
}

const QUIET_PX = 42;
/** A card without its picture: the label, and the space to the next one. */
const AROUND_PX = 50;
const STATE_PX = 36;
const TAKE_BACK_PX = 58;
const CAPTION_AROUND_PX = 22;
const CAPTION_LINE_PX = 22.4;
/** Of the caption's monospace letters, and what stands left and right of them. */
const LETTER_PX = 9.64;
const CAPTION_SIDES_PX = 40;

/** How tall a line is likely to be in a feed of this width. */
export function guessHeight(line: Line, width: number): number {
  if (line.kind === "message") return cardHeight(line.message.caption, width);
  if (line.kind !== "pending") return QUIET_PX;
  const { state, caption } = line.pending;
  const actions = state === "sending" ? 0 : TAKE_BACK_PX;
  return cardHeight(caption, width) + STATE_PX + actions;
}

function cardHeight(caption: string, width: number): number {
  const plain = AROUND_PX + (width * 3) / 4;
  if (caption === "") return plain;
  const letters = Math.max(1, Math.floor((width - CAPTION_SIDES_PX) / LETTER_PX));
  const rows = caption
    .split("\n")
    .reduce((sum, row) => sum + Math.max(1, Math.ceil(row.length / letters)), 0);
  return plain + CAPTION_AROUND_PX + rows * CAPTION_LINE_PX;
}
