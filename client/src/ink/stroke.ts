// What a drawing is: strokes of raw points in canvas units, 2048 wide and 1536
// high with the origin at the top left, however large the pad is on a screen.
// Values only; nobody changes a stroke once it is finished.

export const CANVAS_WIDTH = 2048;
export const CANVAS_HEIGHT = 1536;
export const PAPER_WHITE = 0xffffff;

/** Stroke widths are nominal diameters in canvas units. */
export const WIDTH_MIN = 1;
export const WIDTH_MAX = 256;

/** What the server takes; see `server/domain/limits.hpp` for the reasons. */
export const POINTS_MAX = 20_000;
export const STROKES_MAX = 2_000;
/** A frame holds 64 KiB; this leaves room in it for the caption and the rest. */
export const INK_BYTES_MAX = 62_000;

/** Canvas units of all lines together, along x and y: what can be painted without delay. */
export const INK_LENGTH_MAX = 2_000_000;
/** Of one stroke here, so that none that is begun is refused in the end. */
export const STROKE_LENGTH_MAX = 400_000;

export type Tool = "pen" | "marker" | "rainbow" | "pixel" | "stamp" | "eraser";

export interface Pen {
  readonly tool: Tool;
  readonly rgb: number;
  readonly width: number;
  /** Of a stamp: its sign, one character of `STAMPS`. */
  readonly stamp?: string;
}

export interface Stroke extends Pen {
  /** ms after the drawing's first stroke began */
  readonly startMs: number;
  readonly durationMs: number;
  /** x, y, x, y … in whole canvas units */
  readonly points: readonly number[];
  /** 0 to 255, one per point, or empty where the device reported none */
  readonly pressure: readonly number[];
}

export interface Drawing {
  readonly paper: number;
  readonly strokes: readonly Stroke[];
}

/** Along x and y, in canvas units, as the server counts it. */
export function inkLength(points: readonly number[]): number {
  let length = 0;
  for (let i = 2; i < points.length; i++) {
    length += Math.abs((points[i] ?? 0) - (points[i - 2] ?? 0));
  }
  return length;
}

export function pointCount(strokes: readonly Stroke[]): number {
  let sum = 0;
  for (const stroke of strokes) sum += stroke.points.length / 2;
  return sum;
}

/** A drawing that shows nothing: no strokes, or only those of the eraser. */
export function isBlank(strokes: readonly Stroke[]): boolean {
  return strokes.every((stroke) => stroke.tool === "eraser");
}

export function clamp(value: number, low: number, high: number): number {
  // NaN becomes `low`: a value from outside never travels further as NaN.
  return value > low ? Math.min(value, high) : low;
}

/** `#rrggbb`, as CSS and `<input type="color">` write it. */
export function hex(rgb: number): string {
  return `#${(rgb & 0xffffff).toString(16).padStart(6, "0")}`;
}

export function fromHex(text: string): number | undefined {
  return /^#[0-9a-f]{6}$/i.test(text) ? Number.parseInt(text.slice(1), 16) : undefined;
}

/**
 * The stroke under the pen. It takes points in canvas units, keeps them whole
 * and on the canvas, and drops those that move nowhere. A stamp has one point,
 * which goes with the finger.
 */
export class LiveStroke {
  readonly points: number[] = [];
  readonly pressure: number[] = [];
  /** As `inkLength()` has it. */
  length = 0;

  constructor(
    readonly pen: Pen,
    /** ms on the clock of pointer events */
    readonly beganAt: number,
    private readonly hasPressure: boolean,
  ) {}

  /** Returns whether the point was new. `pressure` is 0 to 1. */
  push(x: number, y: number, pressure: number): boolean {
    const px = clamp(Math.round(x), 0, CANVAS_WIDTH);
    const py = clamp(Math.round(y), 0, CANVAS_HEIGHT);
    const n = this.points.length;
    if (n > 0 && this.points[n - 2] === px && this.points[n - 1] === py) return false;
    if (n > 0) {
      this.length += Math.abs(px - (this.points[n - 2] ?? 0));
      this.length += Math.abs(py - (this.points[n - 1] ?? 0));
    }
    if (this.pen.tool === "stamp") {
      this.length = 0;
      this.points.length = 0;
      this.pressure.length = 0;
    }
    this.points.push(px, py);
    if (this.hasPressure) this.pressure.push(clamp(Math.round(pressure * 255), 0, 255));
    return true;
  }

  get count(): number {
    return this.points.length / 2;
  }

  finish(endedAt: number, drawingBeganAt: number): Stroke {
    return {
      ...this.pen,
      startMs: Math.max(0, Math.round(this.beganAt - drawingBeganAt)),
      durationMs: Math.max(0, Math.round(endedAt - this.beganAt)),
      points: this.points,
      pressure: this.pressure,
    };
  }
}
