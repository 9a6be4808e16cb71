// A sheet that follows the finger: down to read, up to draw. Its body is as high
// as the finger has it while it moves; letting go settles it, the way it was
// flicked or else to the nearer end, and the next touch catches it wherever it
// is on its way. It is held by its handle, or pulled down by what lies above it.
import { calm } from "./motion";

const TAP_PX = 6;
/** What lies above has taps and a sideways scroll of its own: this much, and downwards, is a pull. */
const PULL_PX = 12;
const FLICK_PX_PER_MS = 0.4;
/** Older movements say nothing of how fast the finger is when it lets go. */
const SPEED_OVER_MS = 80;
const SETTLE_MS_MIN = 120;
const SETTLE_MS_MAX = 260;

export interface SheetDrag {
  /** The handle was touched; moves are heard only from here until it is let go. */
  down(event: PointerEvent): void;
  /** The row above was touched: perhaps to pull the sheet down. */
  downAbove(event: PointerEvent): void;
  /** Moves there by itself. */
  settle(lowered: boolean): void;
  /** The handle was clicked: by a key, or by a touch that has been heeded already. */
  clicked(event: MouseEvent): void;
}

/** How fast a finger was lately, in px per ms; downwards is positive. */
export class Speed {
  private readonly past: { readonly y: number; readonly at: number }[] = [];

  add(y: number, at: number): void {
    this.past.push({ y, at });
    while ((this.past[0]?.at ?? at) < at - SPEED_OVER_MS) this.past.shift();
  }

  /** A finger that rested before it let go flicks nothing. */
  when(at: number): number {
    const recent = this.past.filter((one) => one.at >= at - SPEED_OVER_MS);
    const first = recent[0];
    const last = recent[recent.length - 1];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return (last.y - first.y) / (last.at - first.at);
  }
}

/** The height of a sheet that was `height` high when the finger took it, and was pulled down since. */
export function pulledHeight(height: number, full: number, pulled: number): number {
  return Math.max(0, Math.min(full, height - pulled));
}

/** Whether a sheet let go at this height and speed goes down. */
export function goesDown(height: number, full: number, speed: number): boolean {
  return Math.abs(speed) > FLICK_PX_PER_MS ? speed > 0 : height < full / 2;
}

/** As fast as the finger was, within reason. */
export function settleTime(distance: number, speed: number): number {
  const wanted = speed === 0 ? SETTLE_MS_MAX : (1.6 * Math.abs(distance)) / Math.abs(speed);
  return Math.max(SETTLE_MS_MIN, Math.min(SETTLE_MS_MAX, wanted));
}

/** Whether a finger that went so far from where it touched pulls the sheet. */
export function isPull(dx: number, dy: number): boolean {
  return dy > PULL_PX && dy > 1.5 * Math.abs(dx);
}

interface Grip {
  readonly from: "handle" | "above";
  readonly pointer: number;
  readonly x: number;
  /** Where the finger was when the sheet began to follow it. */
  y: number;
  readonly height: number;
  readonly full: number;
  readonly speed: Speed;
}

export function sheetDrag(
  body: () => HTMLElement | undefined,
  settled: (lowered: boolean) => void,
): SheetDrag {
  let grip: Grip | undefined;
  let moved = false;
  let heeded = false;
  let lowered = false;
  let motion: Animation | undefined;

  function settle(to: boolean, speed = 0): void {
    const element = body();
    if (element === undefined) return;
    const from = element.getBoundingClientRect().height;
    motion?.cancel();
    element.style.height = to ? "0px" : "";
    lowered = to;
    settled(to);
    const height = to ? 0 : element.scrollHeight;
    const moves = !calm() && from !== height;
    hide(element, to && !moves);
    if (!moves) return;
    motion = element.animate([{ height: `${from}px` }, { height: `${height}px` }], {
      duration: settleTime(height - from, speed),
      easing: "cubic-bezier(0.2, 0.8, 0.2, 1)",
    });
    motion.onfinish = () => hide(element, lowered);
  }

  /** Stops a sheet on its way where it is. */
  function caught(element: HTMLElement, height: number): void {
    if (motion?.playState !== "running") return;
    motion.cancel();
    element.style.height = `${height}px`;
  }

  function take(event: PointerEvent, from: Grip["from"]): void {
    const element = body();
    const target = event.currentTarget;
    if (element === undefined || !(target instanceof HTMLElement) || grip !== undefined) return;
    if (!event.isPrimary || event.button !== 0) return;
    moved = false;
    const { height } = element.getBoundingClientRect();
    heeded = false;
    if (from === "handle") caught(element, height);
    const { clientX: x, clientY: y, pointerId: pointer } = event;
    grip = { from, pointer, x, y, height, full: element.scrollHeight, speed: new Speed() };
    grip.speed.add(y, event.timeStamp);
    if (from === "handle") target.setPointerCapture(pointer);
    const move = (now: PointerEvent) => follow(now, target);
    const release = (end: PointerEvent) => {
      if (end.pointerId !== pointer) return;
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
      letGo(end);
    };
    // On the window: until it is captured, a mouse may let go anywhere.
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
  }

  function follow(event: PointerEvent, target: HTMLElement): void {
    const element = body();
    if (grip === undefined || element === undefined || event.pointerId !== grip.pointer) return;
    grip.speed.add(event.clientY, event.timeStamp);
    const pulled = event.clientY - grip.y;
    if (!moved) {
      const begins =
        grip.from === "handle"
          ? Math.abs(pulled) >= TAP_PX
          : isPull(event.clientX - grip.x, pulled);
      if (!begins) return;
      moved = true;
      if (grip.from === "above") {
        // From here on the finger has the sheet, and the buttons have lost it.
        target.setPointerCapture(grip.pointer);
        caught(element, grip.height);
        grip.y = event.clientY;
      }
    }
    hide(element, false);
    element.style.height = `${pulledHeight(grip.height, grip.full, event.clientY - grip.y)}px`;
  }

  function letGo(event: PointerEvent): void {
    const was = grip;
    grip = undefined;
    if (was === undefined) return;
    const cancelled = event.type === "pointercancel";
    heeded = true;
    if (!moved) {
      // A tap. (Not its click: browsers swallow that of a tap which follows a swipe.)
      if (was.from === "handle") settle(cancelled ? lowered : !lowered);
      return;
    }
    if (was.from === "above") ignoreClick();
    const height = pulledHeight(was.height, was.full, event.clientY - was.y);
    const speed = cancelled ? 0 : was.speed.when(event.timeStamp);
    settle(goesDown(height, was.full, speed), speed);
  }

  return {
    down: (event) => take(event, "handle"),
    downAbove: (event) => take(event, "above"),
    settle: (to) => settle(to),
    clicked: (event) => {
      if (event.detail === 0 || !heeded) settle(!lowered);
      heeded = false;
    },
  };
}

/** What lies below the edge is not for Tab; `inert` alone would not tell older browsers. */
function hide(element: HTMLElement, hidden: boolean): void {
  element.style.visibility = hidden ? "hidden" : "";
}

/** The click that ends a pull means no button. */
function ignoreClick(): void {
  const stop = (event: Event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", stop, { capture: true }), 0);
}
