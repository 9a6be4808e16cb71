// What a stroke looks like, in canvas units and before any canvas: one of three
// kinds of shape, and how its colour is laid on. `paint.ts` fills them, `svg.ts`
// writes them down; both show the same.
import { type Ink, outline, type Span } from "./outline";
import { pixelLine, stampDots } from "./pixels";
import { type Band, bands } from "./rainbow";

export type Shape =
  /** A closed contour, smooth through the middles between its points. */
  | { readonly kind: "contour"; readonly points: readonly number[][] }
  /** x, y, width, height, …: rectangles with hard edges that may overlap. */
  | { readonly kind: "dots"; readonly rects: readonly number[] }
  /** Lines with round ends, each in its own colour, the later over the earlier. */
  | { readonly kind: "bands"; readonly width: number; readonly bands: readonly Band[] };

/** How much of what it crosses a marker hides. */
export const MARKER_ALPHA = 0.45;

export interface ShapeOptions {
  /** False for the stroke under the pen: its end is still open. */
  readonly finished?: boolean;
  /** x, y, …: drawn, but not part of the stroke */
  readonly ahead?: readonly number[];
  readonly span?: Span;
}

export function shapeOf(
  ink: Ink,
  { finished = true, ahead = [], span = { from: 0, to: ink.points.length / 2 } }: ShapeOptions = {},
): Shape {
  switch (ink.tool) {
    case "pen":
    case "marker":
    case "eraser":
      return { kind: "contour", points: outline(ink, finished, ahead, span) };
    case "pixel":
      return { kind: "dots", rects: pixelLine(ink.points, ink.width, span) };
    case "stamp":
      return {
        kind: "dots",
        rects: stampDots(ink.stamp ?? "", ink.points[0] ?? 0, ink.points[1] ?? 0, ink.width),
      };
    case "rainbow":
      return { kind: "bands", width: ink.width, bands: bands(ink, ahead, span) };
    default:
      return ink.tool satisfies never;
  }
}

export function alphaOf(ink: Ink): number {
  return ink.tool === "marker" ? MARKER_ALPHA : 1;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest box around a shape, and a little more for its soft edge. */
export function boxAround(shape: Shape): Box | undefined {
  const edge = 8;
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  const include = (x: number, y: number, by: number) => {
    left = Math.min(left, x - by);
    right = Math.max(right, x + by);
    top = Math.min(top, y - by);
    bottom = Math.max(bottom, y + by);
  };
  switch (shape.kind) {
    case "contour":
      for (const [x = 0, y = 0] of shape.points) include(x, y, 0);
      break;
    case "dots":
      for (let i = 0; i < shape.rects.length; i += 4) {
        const [x = 0, y = 0, width = 0, height = 0] = shape.rects.slice(i, i + 4);
        include(x, y, 0);
        include(x + width, y + height, 0);
      }
      break;
    case "bands":
      for (const { points } of shape.bands) {
        for (let i = 0; i < points.length; i += 2) {
          include(points[i] ?? 0, points[i + 1] ?? 0, shape.width / 2);
        }
      }
      break;
    default:
      return shape satisfies never;
  }
  if (left > right) return undefined;
  return {
    x: left - edge,
    y: top - edge,
    width: right - left + 2 * edge,
    height: bottom - top + 2 * edge,
  };
}
