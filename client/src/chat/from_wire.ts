// What the server says of messages and people, in the words of `room_state`.
import { fromWire } from "../ink/codec";
import { Change, type Message as WireMessage } from "../wire/frames";
import { toHex } from "../wire/random";
import type { Message } from "./room_state";

export function fromWireMessage(wire: WireMessage): Message {
  return {
    seq: wire.seq,
    author: wire.author,
    sentAtMs: wire.sentAtMs,
    drawing: fromWire(wire.drawing),
    caption: wire.caption,
    clientId: toHex(wire.clientId),
    remix:
      wire.remixOf === 0 || wire.remixAuthor === ""
        ? undefined
        : { seq: wire.remixOf, author: wire.remixAuthor },
  };
}

export function presenceChange(change: Change): "joined" | "left" | "count" {
  if (change === Change.JOINED) return "joined";
  return change === Change.LEFT ? "left" : "count";
}
