// A sheet that follows the finger on its handle: down to read, up to draw. Its
// body is `open` pixels high while it moves and any height in between; letting
// go settles it, and the next touch takes it up again wherever it is.
import { calm } from "./motion";

const TAP_PX = 6;
const FLICK_PX_PER_MS = 0.4;
const SETTLE_MS = 240;

export interface SheetDrag {
  /** The handle was touched; moves are heard only from here until it is let go. */
  down(event: PointerEvent): void;
  /** Moves there by itself. */
  settle(lowered: boolean): void;
  /** Whether the last touch moved the sheet, so that its click means nothing. */
  moved(): boolean;
}

interface Grip {
  readonly y: number;
  readonly height: number;
  readonly full: number;
  lastY: number;
  lastAt: number;
  speed: number;
}

export function sheetDrag(
  body: () => HTMLElement | undefined,
  settled: (lowered: boolean) => void,
): SheetDrag {
  let grip: Grip | undefined;
  let moved = false;
  let motion: Animation | undefined;

  function settle(lowered: boolean): void {
    const element = body();
    if (element === undefined) return;
    const from = element.getBoundingClientRect().height;
    motion?.cancel();
    element.style.height = lowered ? "0px" : "";
    settled(lowered);
    const to = lowered ? 0 : element.scrollHeight;
    if (calm() || from === to) return;
    motion = element.animate([{ height: `${from}px` }, { height: `${to}px` }], {
      duration: SETTLE_MS,
      easing: "cubic-bezier(0.2, 0.8, 0.2, 1)",
    });
  }

  function down(event: PointerEvent): void {
    const element = body();
    const handle = event.currentTarget;
    if (element === undefined || !(handle instanceof HTMLElement)) return;
    moved = false;
    grip = {
      y: event.clientY,
      height: element.getBoundingClientRect().height,
      full: element.scrollHeight,
      lastY: event.clientY,
      lastAt: event.timeStamp,
      speed: 0,
    };
    handle.setPointerCapture(event.pointerId);
    const release = (end: PointerEvent) => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", release);
      handle.removeEventListener("pointercancel", release);
      up(end);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", release);
    handle.addEventListener("pointercancel", release);
  }

  function move(event: PointerEvent): void {
    const element = body();
    if (grip === undefined || element === undefined) return;
    const pulled = event.clientY - grip.y;
    if (!moved && Math.abs(pulled) < TAP_PX) return;
    moved = true;
    motion?.cancel();
    const height = Math.max(0, Math.min(grip.full, grip.height - pulled));
    element.style.height = `${height}px`;
    const elapsed = Math.max(1, event.timeStamp - grip.lastAt);
    grip.speed = (event.clientY - grip.lastY) / elapsed;
    grip.lastY = event.clientY;
    grip.lastAt = event.timeStamp;
  }

  function up(event: PointerEvent): void {
    const held = grip;
    grip = undefined;
    if (held === undefined || !moved) return;
    const height = held.height - (event.clientY - held.y);
    const flicked = Math.abs(held.speed) > FLICK_PX_PER_MS;
    settle(flicked ? held.speed > 0 : height < held.full / 2);
  }

  return { down, settle, moved: () => moved };
}
