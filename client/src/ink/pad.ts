// The only file that hears pointers. It turns them into strokes in canvas
// units and fights the browser's habits (scroll, zoom, callout, selection,
// back-swipe) once, here. Events only append and mark the frame dirty; painting
// happens once per animation frame. Owns the live stroke; its owner keeps the
// finished ones.
import { CANVAS_HEIGHT, CANVAS_WIDTH, LiveStroke, type Pen, STROKE_LENGTH_MAX } from "./stroke";

/** A second finger this soon means that the first did not want to draw. */
export const ACCIDENT_MS = 700;

/** What pad.ts reads of a PointerEvent. */
export interface PadEvent {
  readonly type: string;
  readonly pointerId: number;
  readonly pointerType: string;
  readonly button: number;
  readonly clientX: number;
  readonly clientY: number;
  readonly pressure: number;
  readonly timeStamp: number;
  /** Missing in old Safaris. */
  getCoalescedEvents?(): readonly PadEvent[];
  getPredictedEvents?(): readonly PadEvent[];
  preventDefault(): void;
}

/** What pad.ts needs of the element under the finger; a canvas is one. */
export interface PadSurface {
  addEventListener(
    type: string,
    listener: (event: PadEvent) => void,
    options?: AddEventListenerOptions,
  ): void;
  removeEventListener(type: string, listener: (event: PadEvent) => void): void;
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
  setPointerCapture?(id: number): void;
}

export interface PadHost {
  /** What the next stroke is drawn with. */
  pen(): Pen;
  /** How many points the next stroke may have; 0 refuses it. */
  room(): number;
  /** Once per frame while drawing; undefined: the live stroke is gone. `predicted` is x, y, … */
  paint(live: LiveStroke | undefined, predicted: readonly number[]): void;
  began(): void;
  finished(live: LiveStroke, endedAt: number): void;
  /** A stroke was refused or cut short because the drawing is full. */
  full(): void;
  /** A pen was seen: from now on the finger does not draw. */
  fingerOff(): void;
}

export interface Pad {
  /** The person's own choice, over what pad.ts concluded from a pen. */
  fingerDraws(on: boolean): void;
  stop(): void;
}

type State =
  | { readonly state: "idle" }
  | { readonly state: "drawing"; readonly pointer: number; readonly type: string }
  /** A stroke was cancelled: nothing draws until every finger is up. */
  | { readonly state: "cancelled" };

type Frame = (run: () => void) => unknown;

export function openPad(
  surface: PadSurface,
  host: PadHost,
  frame: Frame = (run) => requestAnimationFrame(run),
): Pad {
  const hand = new Hand(surface, host, frame);
  const stops = [
    hear(surface, "pointerdown", (event) => hand.down(event)),
    hear(surface, "pointermove", (event) => hand.move(event)),
    hear(surface, "pointerup", (event) => hand.up(event)),
    hear(surface, "pointercancel", (event) => hand.up(event)),
    ...HABITS.map((type) => refuse(surface, type)),
  ];
  return {
    fingerDraws: (on) => hand.setFinger(on),
    stop: () => {
      for (const stop of stops) stop();
      hand.stop();
    },
  };
}

// Safari turns two quick taps into a zoom, a long press into a callout or a
// selection, and a swipe from the edge into "back", unless its touches are refused.
const HABITS = [
  "touchstart",
  "touchmove",
  "touchend",
  "gesturestart",
  "contextmenu",
  "selectstart",
  "dragstart",
  "dblclick",
];

class Hand {
  private now: State = { state: "idle" };
  private live: LiveStroke | undefined;
  private predicted: number[] = [];
  private box = { left: 0, top: 0, width: 1, height: 1 };
  private pointsLeft = 0;
  private finger = true;
  private dirty = false;
  private readonly touches = new Set<number>();

  constructor(
    private readonly surface: PadSurface,
    private readonly host: PadHost,
    private readonly frame: Frame,
  ) {}

  down(event: PadEvent): void {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    if (event.pointerType === "touch") this.touches.add(event.pointerId);
    if (event.pointerType === "pen") this.sawPen();
    if (this.now.state === "drawing") this.secondPointer(event);
    if (this.now.state !== "idle") return;
    if (event.pointerType === "touch" && !this.finger) return;
    this.begin(event);
  }

  move(event: PadEvent): void {
    if (this.now.state !== "drawing" || this.now.pointer !== event.pointerId) return;
    if (this.live === undefined) return;
    const coalesced = event.getCoalescedEvents?.();
    if (coalesced !== undefined && coalesced.length > 0) {
      for (const one of coalesced) this.put(one);
    } else {
      this.put(event);
    }
    this.predict(event);
    this.markDirty();
  }

  /** Also for pointercancel: what was drawn is kept. */
  up(event: PadEvent): void {
    this.touches.delete(event.pointerId);
    if (this.now.state === "drawing" && this.now.pointer === event.pointerId) {
      // A cancelled pointer has no place of its own.
      if (event.type === "pointerup") this.put(event);
      this.finish(event.timeStamp);
    } else if (this.now.state === "cancelled" && this.touches.size === 0) {
      this.now = { state: "idle" };
    }
  }

  setFinger(on: boolean): void {
    this.finger = on;
  }

  stop(): void {
    if (this.live !== undefined) this.finish(this.live.beganAt);
  }

  private sawPen(): void {
    if (!this.finger) return;
    this.finger = false;
    this.host.fingerOff();
  }

  private secondPointer(event: PadEvent): void {
    if (this.now.state !== "drawing" || this.live === undefined) return;
    if (this.now.type !== "touch" || event.pointerId === this.now.pointer) return;
    if (event.pointerType === "pen") {
      // The palm came first.
      this.drop({ state: "idle" });
    } else if (event.timeStamp - this.live.beganAt < ACCIDENT_MS) {
      this.drop({ state: "cancelled" });
    }
  }

  private begin(event: PadEvent): void {
    this.pointsLeft = this.host.room();
    if (this.pointsLeft < 1) {
      this.host.full();
      return;
    }
    this.box = this.surface.getBoundingClientRect();
    try {
      this.surface.setPointerCapture?.(event.pointerId);
    } catch {
      // The pointer is already gone: its pointerup or pointercancel is on the way.
    }
    this.now = { state: "drawing", pointer: event.pointerId, type: event.pointerType };
    this.live = new LiveStroke(this.host.pen(), event.timeStamp, event.pointerType === "pen");
    this.put(event);
    this.host.began();
    this.markDirty();
  }

  private put(event: PadEvent): void {
    if (this.live === undefined) return;
    if (this.isFull(this.live)) return;
    this.live.push(this.x(event), this.y(event), event.pressure);
    if (this.isFull(this.live)) this.host.full();
  }

  private isFull(live: LiveStroke): boolean {
    return live.count >= this.pointsLeft || live.length >= STROKE_LENGTH_MAX;
  }

  private predict(event: PadEvent): void {
    this.predicted.length = 0;
    for (const one of event.getPredictedEvents?.() ?? []) {
      this.predicted.push(this.x(one), this.y(one));
    }
  }

  private x(event: PadEvent): number {
    return ((event.clientX - this.box.left) / this.box.width) * CANVAS_WIDTH;
  }

  private y(event: PadEvent): number {
    return ((event.clientY - this.box.top) / this.box.height) * CANVAS_HEIGHT;
  }

  private finish(endedAt: number): void {
    const live = this.live;
    this.drop({ state: "idle" });
    if (live !== undefined) this.host.finished(live, endedAt);
  }

  private drop(next: State): void {
    this.now = next;
    this.live = undefined;
    this.predicted.length = 0;
    this.markDirty();
  }

  private markDirty(): void {
    if (this.dirty) return;
    this.dirty = true;
    this.frame(() => {
      this.dirty = false;
      this.host.paint(this.live, this.predicted);
    });
  }
}

function hear(surface: PadSurface, type: string, listener: (event: PadEvent) => void): () => void {
  surface.addEventListener(type, listener);
  return () => surface.removeEventListener(type, listener);
}

function refuse(surface: PadSurface, type: string): () => void {
  const refused = (event: PadEvent) => event.preventDefault();
  surface.addEventListener(type, refused, { passive: false });
  return () => surface.removeEventListener(type, refused);
}
