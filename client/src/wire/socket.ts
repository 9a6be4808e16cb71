// Owns the WebSocket: ticket, Hello, Welcome, and coming back after a loss with
// jittered backoff. It knows which closes are final (44xx) and which are not
// (45xx, a lost network), and suspects a connection that leaves questions
// unanswered. Everything else about a frame is somebody else's business.
import type { Answer } from "./api";
import { decodeHeard, encodeSay, type Heard, type Say, type Welcome } from "./frames";

export const SUBPROTOCOL = "colo.v1";

export type Link =
  /** Never started, or stopped by its owner. */
  | { readonly state: "off" }
  /** `lost`: there was a connection, and it went. */
  | { readonly state: "connecting"; readonly tries: number; readonly lost: boolean }
  | { readonly state: "waiting"; readonly tries: number; readonly lost: boolean }
  | { readonly state: "up"; readonly welcome: Welcome }
  /** Not coming back without the person. `wasUp`: it ended an open connection. */
  | { readonly state: "over"; readonly why: Over; readonly wasUp: boolean; readonly lost: boolean };

export type Over =
  | { readonly kind: "signed_out"; readonly code: string }
  | { readonly kind: "refused"; readonly close: number };

/** The part of a WebSocket that is used here. */
export interface Wire {
  binaryType: string;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(
    type: "close",
    listener: (event: { code: number; reason: string }) => void,
  ): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

export interface SocketOptions {
  readonly open: (subprotocol: string) => Wire;
  readonly ticket: () => Promise<Answer<string>>;
  readonly client: string;
  readonly random: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Runs later, unless the returned function is called before. */
  readonly later: (run: () => void, ms: number) => () => void;
  readonly heard: (frame: Heard) => void;
  readonly changed: (link: Link) => void;
}

const FIRST_TRY_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
const WELCOME_WITHIN_MS = 10_000;
const ANSWER_WITHIN_MS = 10_000;
const ACTIVE_EVERY_MS = 60_000;
const CLOSE_SIGNED_OUT = 4401;
/** What the server counts as the person's own doing: coming back to a room is not. */
const ACTIONS: ReadonlySet<Say["$case"]> = new Set(["send", "history", "delete", "pen", "active"]);

/** How long to wait after `tries` failed tries in a row: doubling, half of it by chance. */
export function pauseBefore(tries: number, random: () => number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_TRY_MS * 2 ** Math.min(tries, 10));
  return longest * (0.5 + 0.5 * random());
}

export class Socket {
  private link: Link = { state: "off" };
  private wire: Wire | undefined;
  private stopTimer: (() => void) | undefined;
  private stopWatch: (() => void) | undefined;
  /** Counts connections, so that what an old one still says is not heard. */
  private turn = 0;
  private lateTickets = 0;
  private toldAt = Number.NEGATIVE_INFINITY;
  private welcomedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: SocketOptions) {}

  get state(): Link {
    return this.link;
  }

  start(): void {
    if (this.link.state === "connecting" || this.link.state === "up") return;
    this.connect(0, false);
  }

  stop(): void {
    this.hangUp();
    this.set({ state: "off" });
  }

  /** The network may be back (`online`, the page is looked at): do not wait any longer. */
  nudge(): void {
    if (this.link.state === "waiting") this.connect(this.link.tries, this.link.lost);
  }

  /** False: there is no connection; whoever cares sends it again after the next Welcome. */
  send(frame: Say): boolean {
    if (this.link.state !== "up" || this.wire === undefined) return false;
    this.wire.send(encodeSay(frame));
    if (frame.$case === "send" || frame.$case === "join" || frame.$case === "history") this.watch();
    if (ACTIONS.has(frame.$case)) this.toldAt = this.options.now();
    return true;
  }

  /** The person did something; told at most once a minute, or thrice per idle time if that is short. */
  acted(): void {
    if (this.link.state !== "up") return;
    const idleMs = this.link.welcome.idleSeconds * 1000;
    const every = idleMs > 0 ? Math.min(ACTIVE_EVERY_MS, idleMs / 3) : ACTIVE_EVERY_MS;
    if (this.options.now() - this.toldAt >= every) this.send({ $case: "active", value: {} });
  }

  /** When the server last heard of an action of this person; at the earliest, when this page came up. */
  get lastToldAt(): number {
    return Math.max(this.toldAt, this.welcomedAt);
  }

  private async connect(tries: number, lost: boolean): Promise<void> {
    this.hangUp();
    const turn = this.turn;
    this.set({ state: "connecting", tries, lost });
    const answer = await this.options.ticket();
    if (turn !== this.turn) return;
    if (answer.state === "ok") {
      this.open(answer.value, tries, lost);
    } else if (answer.state === "refused" && answer.status === 401) {
      this.end({ kind: "signed_out", code: answer.code }, false, lost);
    } else {
      this.wait(tries + 1, lost, answer.state === "refused" ? answer.retryAfterMs : 0);
    }
  }

  private open(ticket: string, tries: number, lost: boolean): void {
    const turn = this.turn;
    const wire = this.options.open(SUBPROTOCOL);
    this.wire = wire;
    wire.binaryType = "arraybuffer";
    wire.addEventListener("open", () => {
      if (turn !== this.turn) return;
      wire.send(encodeSay({ $case: "hello", value: { ticket, client: this.options.client } }));
    });
    wire.addEventListener("message", ({ data }) => {
      if (turn !== this.turn || !(data instanceof ArrayBuffer)) return;
      const frame = decodeHeard(new Uint8Array(data));
      if (frame !== undefined) this.hear(frame);
    });
    // An error is always followed by a close, which says more.
    wire.addEventListener("error", () => {});
    wire.addEventListener("close", ({ code, reason }) => {
      if (turn === this.turn) this.closed(code, tries, lost, reason);
    });
    this.stopTimer = this.options.later(() => this.closed(0, tries, lost), WELCOME_WITHIN_MS);
  }

  private hear(frame: Heard): void {
    this.stopWatch?.();
    this.stopWatch = undefined;
    if (frame.$case === "welcome") {
      this.stopTimer?.();
      this.lateTickets = 0;
      if (this.lastToldAt === Number.NEGATIVE_INFINITY) this.welcomedAt = this.options.now();
      this.set({ state: "up", welcome: frame.value });
    }
    this.options.heard(frame);
  }

  private closed(code: number, tries: number, lost: boolean, reason = ""): void {
    const wasUp = this.link.state === "up";
    if (code === CLOSE_SIGNED_OUT && !wasUp && this.lateTickets++ === 0) {
      // The ticket may only have been too slow on its way; the next one will tell.
      this.wait(tries, lost, 0);
    } else if (code === CLOSE_SIGNED_OUT) {
      this.end({ kind: "signed_out", code: reason || "signed_out" }, wasUp, lost);
    } else if (code >= 4400 && code < 4500) {
      this.end({ kind: "refused", close: code }, wasUp, lost);
    } else {
      this.wait(wasUp ? 0 : tries + 1, lost || wasUp, 0);
    }
  }

  private wait(tries: number, lost: boolean, atLeastMs: number): void {
    this.hangUp();
    this.set({ state: "waiting", tries, lost });
    const pause = Math.max(atLeastMs, pauseBefore(tries, this.options.random));
    this.stopTimer = this.options.later(() => void this.connect(tries, lost), pause);
  }

  private end(why: Over, wasUp: boolean, lost: boolean): void {
    this.hangUp();
    this.lateTickets = 0;
    this.set({ state: "over", why, wasUp, lost });
  }

  /** A question without any answer: the connection is probably dead, and nobody told us. */
  private watch(): void {
    if (this.stopWatch !== undefined) return;
    this.stopWatch = this.options.later(() => this.closed(0, 0, true), ANSWER_WITHIN_MS);
  }

  private hangUp(): void {
    this.turn++;
    this.stopTimer?.();
    this.stopTimer = undefined;
    this.stopWatch?.();
    this.stopWatch = undefined;
    const wire = this.wire;
    this.wire = undefined;
    wire?.close();
  }

  private set(link: Link): void {
    this.link = link;
    this.options.changed(link);
  }
}
