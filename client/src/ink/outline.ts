// The outline of a line drawn by hand: raw points in, a closed contour out, by
// perfect-freehand. A pen's own pressure counts; a finger has none, so it is
// felt from the speed.
import { getStrokeOutlinePoints } from "perfect-freehand";
import { centerLine } from "./center_line";
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
  return getStrokeOutlinePoints(centerLine(ink, ahead, span), {
    size: ink.width,
    // A pen lives; what covers an area is as wide as it says.
    thinning: ink.tool === "pen" ? 0.45 : 0,
    smoothing: 0.5,
    simulatePressure: false,
    last: finished,
  });
}
