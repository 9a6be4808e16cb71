// One room as this page lives it: asks to be let in, feeds what arrives to
// `room_state`, and pumps this person's waiting drawings out, one at a time and
// in order. A drawing stays in the outbox until the server has accepted it.
import { get, type Readable, writable } from "svelte/store";
import type { Drawing } from "../ink/stroke";
import {
  FRAME_DELETE,
  FRAME_HISTORY,
  FRAME_JOIN,
  FRAME_SEND,
  type Heard,
  type Rejected,
} from "../wire/frames";
import { randomBytes, toHex } from "../wire/random";
import { Deletes, type Refused } from "./deletes";
import { handOver, stillWaits } from "./outbox";
import { OtherPens, PenSignal } from "./pen_signal";
import { crowded, passes } from "./refusals";
import type { Put, RoomHost } from "./room_host";
import {
  EMPTY_ROOM,
  type Pending,
  type Remix,
  type RoomEvent,
  type RoomState,
  reduce,
} from "./room_state";
import { fromWireMessage, presenceChange, sendFrame } from "./room_wire";

const OLDER_AT_ONCE = 30;
/** When the server gives no time of its own. */
const TRY_AGAIN_MS = 2000;
/** How often a drawing that waits asks for a place. */
const PLACE_FREE_MS = 15_000;
/** A larger room is not told who draws. */
const PEN_PEOPLE_MAX = 64;

export class Room {
  private readonly cell = writable<RoomState>(EMPTY_ROOM);
  readonly state: Readable<RoomState> = this.cell;
  private readonly stops = new Set<() => void>();
  private readonly pen: PenSignal;
  private readonly otherPens: OtherPens;
  /** Drawings that an earlier page left in the outbox. */
  private readonly adopted = new Set<string>();
  private looking = false;
  private readonly deletes = new Deletes();
  /** Seqs of unsent drawings whose deletion was asked for on this connection. */
  private readonly deleting = new Set<number>();

  constructor(
    readonly id: string,
    private readonly host: RoomHost,
  ) {
    this.pen = new PenSignal({
      tell: (down) =>
        this.now.place === "inside" &&
        this.now.occupancy <= PEN_PEOPLE_MAX &&
        host.say({ $case: "pen", value: { room: id, down } }),
      later: host.later,
      now: host.now,
    });
    this.otherPens = new OtherPens(host.later, (user, down) =>
      this.apply({ kind: "pen", user, down }),
    );
  }

  /** A drawing that an earlier page left in the outbox. */
  adopt(waiting: Pending): void {
    if (waiting.unsent) {
      const { author, clientId } = waiting;
      this.apply({ kind: "unsent", author, clientId, seq: 0 });
      return;
    }
    if (this.now.pending.some((one) => one.clientId === waiting.clientId)) return;
    const state = waiting.state === "failed" ? "failed" : "waiting";
    this.adopted.add(waiting.clientId);
    this.apply({ kind: "put", pending: { ...waiting, state } });
    this.pump();
  }

  get now(): RoomState {
    return get(this.cell);
  }

  /** Drawings that will go out by themselves, or be deleted. */
  get busy(): boolean {
    const { pending, unsent } = this.now;
    return pending.some((one) => one.state !== "failed") || unsent.some((one) => !one.over);
  }

  /** Enters, comes back after a loss, or reads what was missed: all one question. */
  join(): void {
    if (this.now.asked === undefined) this.ask();
  }

  private ask(quietly = false): void {
    const { upTo, epoch, deletion } = this.now;
    const sent = this.host.say({
      $case: "join",
      value: { room: this.id, afterSeq: upTo, epoch, afterDeletion: deletion },
    });
    if (sent) this.apply({ kind: "asked_to_join", quietly });
  }

  leave(): void {
    this.pen.lift();
    this.host.say({ $case: "leave", value: { room: this.id } });
    this.outside();
  }

  /** The connection went. */
  outside(): void {
    this.pen.forget();
    this.otherPens.stop();
    this.deleting.clear();
    this.deletes.forget();
    this.forgetTimers();
    this.apply({ kind: "outside" });
  }

  stop(): void {
    this.apply({ kind: "outside" });
    this.forgetTimers();
    this.otherPens.stop();
    this.pen.forget();
  }

  private forgetTimers(): void {
    for (const stop of this.stops) stop();
    this.stops.clear();
  }

  /** While a stroke is under the pen, as often as one likes; and when it is not any more. */
  penIs(down: boolean): void {
    this.pen.is(down);
  }

  /** The page is out of sight: nobody draws there. */
  liftPen(): void {
    this.pen.lift();
  }

  /** `safe` resolves with whether the drawing would survive the page. */
  send(
    drawing: Drawing,
    caption: string,
    remix?: Remix,
  ): { clientId: string; safe: Promise<boolean> } {
    this.pen.lift();
    const pending: Pending = {
      clientId: toHex(randomBytes(16)),
      room: this.id,
      author: this.host.person,
      madeAtMs: this.host.now(),
      drawing,
      caption,
      remix,
      state: "waiting",
      code: "",
      reason: "",
    };
    this.apply({ kind: "put", pending });
    const safe = this.host.keep.putOutbox(pending);
    this.pump();
    return { clientId: pending.clientId, safe };
  }

  /** A drawing that was not accepted goes back into the hands of its author. */
  takeBack(clientId: string, put: Put): boolean {
    const pending = this.now.pending.find((one) => one.clientId === clientId);
    if (pending === undefined || pending.state === "sending") return false;
    this.apply({ kind: "taken_back", clientId });
    handOver(this.host.keep, pending, put);
    return true;
  }

  /**
   * The same, wherever it has come to by now: what has gone out is deleted for
   * everybody, as soon as that can be said.
   */
  unsend(clientId: string, put: Put): boolean {
    if (this.takeBack(clientId, put)) return true;
    const author = this.host.person;
    const { pending, messages, epoch } = this.now;
    const sending = pending.find((one) => one.clientId === clientId);
    const sent = messages.find((one) => one.clientId === clientId && one.author === author);
    const own = sending ?? sent;
    if (own === undefined) return false;
    const { drawing, caption } = own;
    const record: Pending = {
      ...{ clientId, room: this.id, author, madeAtMs: this.host.now(), caption: "" },
      ...{ drawing: { ...drawing, strokes: [] }, state: "sending", code: "", reason: "" },
      unsent: true,
    };
    const remix = own.remix && { ...own.remix, epoch };
    // By another name: this one is to be deleted, wherever it turns up.
    const copy = { ...record, clientId: toHex(randomBytes(16)), drawing, caption, remix };
    handOver(this.host.keep, { ...copy, unsent: undefined }, put);
    void this.host.keep.putOutbox(record);
    this.apply({ kind: "unsent", author, clientId, seq: sent?.seq ?? 0 });
    this.pump();
    return true;
  }

  /** Deletes a message for everybody; false when that cannot be said now. */
  erase(seq: number, refused: Refused): boolean {
    const said =
      this.now.place === "inside" &&
      this.host.say({ $case: "delete", value: { room: this.id, seq } });
    if (said) this.deletes.add(seq, refused);
    return said;
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
      case "deleted": {
        const { seq, by, deletion } = frame.value;
        if (by === this.host.person) this.deletes.done(seq);
        this.apply({ kind: "deleted", seq, deletion });
        break;
      }
      case "pen":
        if (frame.value.user === this.host.person) return;
        this.otherPens.heard(frame.value.user, frame.value.down);
        break;
      default:
        return;
    }
    this.pump();
  }

  private rejected(value: Rejected): void {
    const clientId = toHex(value.clientId);
    const { code, reason } = value;
    const passing = passes(value);
    if (value.frame === FRAME_JOIN) {
      // Until then it counts as asked: nothing else shall ask a busy server.
      if (passing) this.soon(() => this.ask(this.now.place === "refused"), value.retryAfterMs);
      else this.notJoined(code, reason);
    } else if (value.frame === FRAME_HISTORY) {
      // Until then they count as loading: the feed asks as soon as they may be asked for.
      this.soon(() => this.apply({ kind: "older_failed" }), value.retryAfterMs);
    } else if (value.frame === FRAME_DELETE) {
      this.deletes.refuse(value);
    } else if (value.frame === FRAME_SEND || clientId !== "") {
      if (code === "not_in_room") {
        this.outside();
        this.join();
      } else if (passing) {
        this.soon(() => {
          this.apply({ kind: "waiting", clientId });
          this.pump();
        }, value.retryAfterMs);
      } else if (code === "no_such_message" && this.remixGone(clientId)) {
        this.pump();
      } else {
        this.failed(clientId, code, reason);
      }
    }
  }

  private notJoined(code: string, reason: string): void {
    this.apply({ kind: "refused", code, reason });
    if (!crowded(code) || !this.busy) return;
    this.soon(() => {
      if (this.busy && this.now.asked === undefined) this.ask(true);
    }, PLACE_FREE_MS);
  }

  private unsentStays(seq: number, answer: Rejected): void {
    if (answer.code === "no_such_message") this.apply({ kind: "unsent_gone", seq });
    if (!passes(answer)) return;
    this.soon(() => {
      this.deleting.delete(seq);
      this.deleteUnsent();
    }, answer.retryAfterMs);
  }

  /** What it began as is gone; the drawing itself is as good as before. */
  private remixGone(clientId: string): boolean {
    const remixes = (one: Pending) => one.clientId === clientId && one.remix !== undefined;
    if (!this.now.pending.some(remixes)) return false;
    this.apply({ kind: "remix_gone", clientId });
    const pending = this.now.pending.find((one) => one.clientId === clientId);
    if (pending !== undefined) void this.host.keep.putOutbox(pending);
    return true;
  }

  private deleteUnsent(): void {
    for (const { seq, over } of this.now.unsent) {
      if (over || seq === 0 || this.deleting.has(seq)) continue;
      if (this.erase(seq, (answer) => this.unsentStays(seq, answer))) this.deleting.add(seq);
    }
  }

  private failed(clientId: string, code: string, reason: string): void {
    this.apply({ kind: "failed", clientId, code, reason });
    const pending = this.now.pending.find((one) => one.clientId === clientId);
    if (pending === undefined) return;
    void this.host.keep.putOutbox(pending);
    this.host.refused(pending);
  }

  /** `sure`: that one was found in the outbox a moment ago. */
  private pump(sure = ""): void {
    const { place, pending } = this.now;
    if (place !== "inside" || pending.some((one) => one.state === "sending")) return;
    const next = pending.find((one) => one.state === "waiting");
    if (next === undefined) {
      this.host.drained();
      return;
    }
    if (this.adopted.has(next.clientId) && next.clientId !== sure) {
      void this.lookFor(next);
      return;
    }
    if (this.host.say(sendFrame(next))) this.apply({ kind: "sending", clientId: next.clientId });
  }

  /** Another tab may have sent or taken back what an earlier page left. */
  private async lookFor(adopted: Pending): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const there = await stillWaits(this.host.keep, adopted);
    this.looking = false;
    if (!there) this.apply({ kind: "taken_back", clientId: adopted.clientId });
    this.pump(adopted.clientId);
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
    const hands = event.kind === "taken_back" || event.kind === "unsent";
    if (!hands && after.pending.length < before.pending.length) {
      for (const one of before.pending) {
        if (!after.pending.some((still) => still.clientId === one.clientId)) {
          void this.host.keep.dropOutbox(one.clientId);
        }
      }
    }
    if (after.unsent !== before.unsent) {
      for (const one of after.unsent) if (one.over) void this.host.keep.dropOutbox(one.clientId);
    }
    this.deleteUnsent();
    if (after.need === "catch_up") this.join();
  }
}
