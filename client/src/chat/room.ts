// One room as this page lives it: asks to be let in, feeds what arrives to
// `room_state`, and pumps this person's waiting drawings out, one at a time and
// in order. A drawing stays in the outbox until the server has accepted it.
import { get, type Readable, writable } from "svelte/store";
import { fromWire, toWire } from "../ink/codec";
import type { Drawing } from "../ink/stroke";
import {
  Change,
  FRAME_HISTORY,
  FRAME_JOIN,
  FRAME_SEND,
  type Heard,
  type Rejected,
  type Say,
  type Message as WireMessage,
} from "../wire/frames";
import { fromHex, randomBytes, toHex } from "../wire/random";
import type { Keep } from "./keep";
import {
  EMPTY_ROOM,
  type Message,
  type Pending,
  type RoomEvent,
  type RoomState,
  reduce,
} from "./room_state";

export interface RoomHost {
  /** The name of the person whose page this is. */
  readonly person: string;
  readonly keep: Keep;
  readonly say: (frame: Say) => boolean;
  readonly later: (run: () => void, ms: number) => () => void;
  readonly now: () => number;
  /** A drawing of ours was refused for good. */
  readonly refused: (pending: Pending) => void;
  /** The outbox of this room is empty. */
  readonly drained: () => void;
}

const OLDER_AT_ONCE = 30;
/** When the server gives no time of its own. */
const TRY_AGAIN_MS = 2000;
/** Refusals that pass by themselves. */
const PASSING = new Set(["slow_down", "busy", "storage_failed", "too_many_requests", "internal"]);

export class Room {
  private readonly cell = writable<RoomState>(EMPTY_ROOM);
  readonly state: Readable<RoomState> = this.cell;
  private readonly stops = new Set<() => void>();

  constructor(
    readonly id: string,
    private readonly host: RoomHost,
  ) {}

  /** A drawing that an earlier page left in the outbox. */
  adopt(waiting: Pending): void {
    if (this.now.pending.some((one) => one.clientId === waiting.clientId)) return;
    const state = waiting.state === "failed" ? "failed" : "waiting";
    this.apply({ kind: "put", pending: { ...waiting, state } });
    this.pump();
  }

  get now(): RoomState {
    return get(this.cell);
  }

  /** Drawings that will go out by themselves. */
  get busy(): boolean {
    return this.now.pending.some((one) => one.state !== "failed");
  }

  /** Enters, comes back after a loss, or reads what was missed: all one question. */
  join(): void {
    const { upTo, epoch, asked } = this.now;
    if (asked !== undefined) return;
    const sent = this.host.say({
      $case: "join",
      value: { room: this.id, afterSeq: upTo, epoch },
    });
    if (sent) this.apply({ kind: "asked_to_join" });
  }

  leave(): void {
    this.host.say({ $case: "leave", value: { room: this.id } });
    this.outside();
  }

  /** The connection went. */
  outside(): void {
    this.apply({ kind: "outside" });
  }

  stop(): void {
    for (const stop of this.stops) stop();
    this.stops.clear();
  }

  /** Resolves when the drawing would survive the page. */
  async send(drawing: Drawing, caption: string): Promise<void> {
    const pending: Pending = {
      clientId: toHex(randomBytes(16)),
      room: this.id,
      author: this.host.person,
      madeAtMs: this.host.now(),
      drawing,
      caption,
      state: "waiting",
      code: "",
      reason: "",
    };
    this.apply({ kind: "put", pending });
    const kept = this.host.keep.putOutbox(pending);
    this.pump();
    await kept;
  }

  /** A drawing that was not accepted goes back into the hands of its author. */
  takeBack(clientId: string): Pending | undefined {
    const pending = this.now.pending.find((one) => one.clientId === clientId);
    if (pending === undefined || pending.state === "sending") return undefined;
    this.apply({ kind: "taken_back", clientId });
    void this.host.keep.dropOutbox(clientId);
    return pending;
  }

  loadOlder(): void {
    const { place, older, messages } = this.now;
    const first = messages[0]?.seq;
    if (place !== "inside" || older !== "exist" || first === undefined) return;
    const value = { room: this.id, beforeSeq: first, limit: OLDER_AT_ONCE };
    if (this.host.say({ $case: "history", value })) this.apply({ kind: "asked_for_older" });
  }

  hear(frame: Heard): void {
    switch (frame.$case) {
      case "joined": {
        const { value } = frame;
        this.apply({ kind: "joined", ...value, messages: value.messages.map(fromWireMessage) });
        break;
      }
      case "message":
        this.apply({ kind: "message", message: fromWireMessage(frame.value) });
        break;
      case "page": {
        const messages = frame.value.messages.map(fromWireMessage);
        this.apply({ kind: "page", messages, more: frame.value.more });
        break;
      }
      case "accepted": {
        const { seq, sentAtMs } = frame.value;
        const clientId = toHex(frame.value.clientId);
        this.apply({ kind: "accepted", clientId, seq, sentAtMs });
        break;
      }
      case "rejected":
        this.rejected(frame.value);
        break;
      case "presence": {
        const { user, occupancy } = frame.value;
        const change = presenceChange(frame.value.change);
        this.apply({ kind: "presence", user, change, occupancy, me: this.host.person });
        break;
      }
      case "deleted":
        this.apply({ kind: "deleted", seq: frame.value.seq });
        break;
      default:
        return;
    }
    this.pump();
  }

  private rejected(value: Rejected): void {
    const clientId = toHex(value.clientId);
    const { code, reason } = value;
    const passing = value.retryAfterMs > 0 || PASSING.has(code);
    if (value.frame === FRAME_JOIN) {
      this.apply({ kind: "refused", code, reason });
      if (passing) this.soon(() => this.join(), value.retryAfterMs);
    } else if (value.frame === FRAME_HISTORY) {
      this.apply({ kind: "older_failed" });
    } else if (value.frame === FRAME_SEND || clientId !== "") {
      if (code === "not_in_room") {
        this.outside();
        this.join();
      } else if (passing) {
        this.soon(() => {
          this.apply({ kind: "waiting", clientId });
          this.pump();
        }, value.retryAfterMs);
      } else {
        this.failed(clientId, code, reason);
      }
    }
  }

  private failed(clientId: string, code: string, reason: string): void {
    this.apply({ kind: "failed", clientId, code, reason });
    const pending = this.now.pending.find((one) => one.clientId === clientId);
    if (pending === undefined) return;
    void this.host.keep.putOutbox(pending);
    this.host.refused(pending);
  }

  private pump(): void {
    const { place, pending } = this.now;
    if (place !== "inside" || pending.some((one) => one.state === "sending")) return;
    const next = pending.find((one) => one.state === "waiting");
    if (next === undefined) {
      this.host.drained();
      return;
    }
    const sent = this.host.say({
      $case: "send",
      value: {
        room: this.id,
        clientId: fromHex(next.clientId),
        drawing: toWire(next.drawing),
        caption: next.caption,
        remixOf: 0,
      },
    });
    if (sent) this.apply({ kind: "sending", clientId: next.clientId });
  }

  private soon(run: () => void, ms: number): void {
    const stop = this.host.later(
      () => {
        this.stops.delete(stop);
        run();
      },
      ms > 0 ? ms : TRY_AGAIN_MS,
    );
    this.stops.add(stop);
  }

  /** The only way the state changes; also lets go of what is no longer pending. */
  private apply(event: RoomEvent): void {
    const before = this.now;
    const after = reduce(before, event);
    if (after === before) return;
    this.cell.set(after);
    if (event.kind !== "taken_back" && after.pending.length < before.pending.length) {
      for (const one of before.pending) {
        if (!after.pending.some((still) => still.clientId === one.clientId)) {
          void this.host.keep.dropOutbox(one.clientId);
        }
      }
    }
    if (after.need === "catch_up") this.join();
  }
}

function fromWireMessage(wire: WireMessage): Message {
  return {
    seq: wire.seq,
    author: wire.author,
    sentAtMs: wire.sentAtMs,
    drawing: fromWire(wire.drawing),
    caption: wire.caption,
    clientId: toHex(wire.clientId),
  };
}

function presenceChange(change: Change): "joined" | "left" | "count" {
  if (change === Change.JOINED) return "joined";
  return change === Change.LEFT ? "left" : "count";
}
