// A line whose hue runs with its length: bands of one colour each, cut from the
// line that the hand drew.
import { centerLine } from "./center_line";
import type { Ink, Span } from "./outline";

/** Canvas units until red is red again. */
const PERIOD = 1152;
/** Short enough that no step between two hues is seen. */
const BAND = 24;

export interface Band {
  readonly rgb: number;
  /** x, y, … of a line with round ends */
  readonly points: number[];
}

export function bands(ink: Ink, ahead: readonly number[], span: Span): Band[] {
  const cutter = new Cutter(lengthUpTo(ink.points, span.from));
  for (const { point } of centerLine(ink, ahead, span)) cutter.to(point[0] ?? 0, point[1] ?? 0);
  return cutter.done;
}

/** Along the raw points: the hue of a place must not depend on where a span begins. */
function lengthUpTo(points: readonly number[], count: number): number {
  let length = 0;
  for (let i = 0; i < count; i++) {
    const dx = (points[2 * i + 2] ?? 0) - (points[2 * i] ?? 0);
    const dy = (points[2 * i + 3] ?? 0) - (points[2 * i + 1] ?? 0);
    length += Math.sqrt(dx * dx + dy * dy);
  }
  return length;
}

class Cutter {
  readonly done: Band[] = [];
  private band: Band | undefined;
  private number = -1;
  private x = 0;
  private y = 0;

  constructor(private length: number) {}

  to(x: number, y: number): void {
    if (this.band !== undefined) this.length += Math.hypot(x - this.x, y - this.y);
    const number = Math.floor(this.length / BAND);
    this.band?.points.push(x, y);
    if (this.band === undefined || number !== this.number) {
      this.number = number;
      this.band = { rgb: hue((number * BAND) / PERIOD), points: [x, y] };
      this.done.push(this.band);
    }
    this.x = x;
    this.y = y;
  }
}

/** A full colour of the wheel; `turn` counts whole turns. */
export function hue(turn: number): number {
  const channel = (shift: number) => {
    const k = ((((turn % 1) + 1) % 1) * 6 + shift) % 6;
    return Math.round(255 - 210 * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return (channel(5) << 16) | (channel(3) << 8) | channel(1);
}
