// What the server says of messages and people, in the words of `room_state`; and
// what is said to it of a drawing.
import { fromWire, toWire } from "../ink/codec";
import { Change, type Say, type Message as WireMessage } from "../wire/frames";
import { fromHex, toHex } from "../wire/random";
import type { Message, Pending } from "./room_state";

export function fromWireMessage(wire: WireMessage): Message {
  return {
    seq: wire.seq,
    author: wire.author,
    sentAtMs: wire.sentAtMs,
    drawing: fromWire(wire.drawing),
    caption: wire.caption,
    clientId: toHex(wire.clientId),
    remix: wire.remixOf === 0 ? undefined : { seq: wire.remixOf, author: wire.remixAuthor },
  };
}

export function presenceChange(change: Change): "joined" | "left" | "count" {
  if (change === Change.JOINED) return "joined";
  return change === Change.LEFT ? "left" : "count";
}

export function sendFrame({ room, clientId, drawing, caption, remix }: Pending): Say {
  const names = { room, clientId: fromHex(clientId), remixOf: remix?.seq ?? 0 };
  return { $case: "send", value: { ...names, drawing: toWire(drawing), caption } };
}
