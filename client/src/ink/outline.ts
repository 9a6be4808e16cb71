// The outline of a line drawn by hand: raw points in, a closed contour out, by
// perfect-freehand. A pen's own pressure counts; a finger has none, so it is
// felt from the speed.
import { getStroke } from "perfect-freehand";
import type { Pen } from "./stroke";

/** What an outline is made of: a finished stroke or the one under the pen. */
export interface Ink extends Pen {
  /** x, y, … in canvas units */
  readonly points: readonly number[];
  /** 0 to 255, one per point, or empty */
  readonly pressure: readonly number[];
}

/** A part of a stroke: its points `from` (counted from 0) up to, not including, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

type Triple = [x: number, y: number, pressure: number];

/** Reused from frame to frame, so that a moving pen leaves no garbage per point. */
const scratch: Triple[] = [];

/** How quickly a line swells or thins when the finger changes its speed. */
const FEEL_CHANGE = 0.275;

/**
 * The outline in canvas units. `ahead` (x, y, …) is drawn but not part of the
 * stroke. A `span` of a long stroke has the very outline the whole one has there.
 */
export function outline(
  ink: Ink,
  finished: boolean,
  ahead: readonly number[] = [],
  span: Span = { from: 0, to: ink.points.length / 2 },
): number[][] {
  const triples = feel(ink, ahead, span);
  return getStroke(triples, {
    size: ink.width,
    // A pen lives; what covers an area is as wide as it says.
    thinning: ink.tool === "pen" ? 0.45 : 0,
    smoothing: 0.5,
    streamline: 0.4,
    simulatePressure: false,
    last: finished,
  });
}

function feel(ink: Ink, ahead: readonly number[], span: Span): Triple[] {
  const measured = ink.pressure.length * 2 === ink.points.length && ink.pressure.length > 0;
  const count = span.to + ahead.length / 2;
  while (scratch.length < count - span.from) scratch.push([0, 0, 0]);
  let pressure = 0.5;
  let lastX = ink.points[0] ?? 0;
  let lastY = ink.points[1] ?? 0;
  for (let i = 0; i < count; i++) {
    const from = i < span.to ? ink.points : ahead;
    const at = (i < span.to ? i : i - span.to) * 2;
    const x = from[at] ?? 0;
    const y = from[at + 1] ?? 0;
    if (measured) {
      pressure = (ink.pressure[Math.min(i, span.to - 1)] ?? 128) / 255;
    } else {
      // Not Math.hypot, which is many times slower: this runs over every point.
      const distance = Math.sqrt((x - lastX) * (x - lastX) + (y - lastY) * (y - lastY));
      const speed = Math.min(1, distance / ink.width);
      pressure += (1 - speed - pressure) * speed * FEEL_CHANGE;
    }
    lastX = x;
    lastY = y;
    if (i < span.from) continue;
    const triple = scratch[i - span.from];
    if (triple === undefined) break;
    triple[0] = x;
    triple[1] = y;
    triple[2] = pressure;
  }
  return scratch.slice(0, Math.max(0, count - span.from));
}
