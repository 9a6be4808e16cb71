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
  const all: Band[] = [];
  let number = -1;
  for (const { point, along } of centerLine(ink, ahead, span)) {
    const [x = 0, y = 0] = point;
    // A band ends where the next one begins.
    all[all.length - 1]?.points.push(x, y);
    const next = Math.floor(along / BAND);
    if (next === number) continue;
    number = next;
    all.push({ rgb: hue((number * BAND) / PERIOD), points: [x, y] });
  }
  return all;
}

/** A full colour of the wheel; `turn` counts whole turns. */
export function hue(turn: number): number {
  const channel = (shift: number) => {
    const k = ((((turn % 1) + 1) % 1) * 6 + shift) % 6;
    return Math.round(255 - 210 * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return (channel(5) << 16) | (channel(3) << 8) | channel(1);
}
