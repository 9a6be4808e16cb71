// Drawings ⇄ the protobuf messages of protocol/colo.proto. Points travel as
// differences: most of them then fit in one byte each way. The shapes below are
// the generated ones; naming them here keeps this folder free of the wire.
import { isStamp } from "./stamps";
import {
  CANVAS_HEIGHT,
  CANVAS_WIDTH,
  clamp,
  type Drawing,
  INK_LENGTH_MAX,
  inkLength,
  type Stroke,
  type Tool,
  WIDTH_MAX,
  WIDTH_MIN,
} from "./stroke";

export const DRAWING_VERSION = 1;

/** The numbers of the contract. */
const TOOLS = { pen: 1, eraser: 2, marker: 3, rainbow: 4, pixel: 5, stamp: 6 } as const;
type SentTool = (typeof TOOLS)[Tool];
const TOOL_OF = new Map<number, Tool>(
  Object.entries(TOOLS).map(([tool, number]) => [number, tool as Tool]),
);
/** A drawing may take a day; the server refuses longer ones. */
const TIME_MAX_MS = 86_400_000;

export interface WireStroke<Tool = number> {
  tool: Tool;
  rgb: number;
  width: number;
  startMs: number;
  durationMs: number;
  points: number[];
  pressure: number[];
  /** Unicode code point; 0: not a stamp */
  stamp: number;
}

export interface WireDrawing<Tool = number> {
  version: number;
  paper: number;
  strokes: WireStroke<Tool>[];
}

export function toWire(drawing: Drawing): WireDrawing<SentTool> {
  return {
    version: DRAWING_VERSION,
    paper: drawing.paper,
    strokes: drawing.strokes.map(strokeToWire),
  };
}

/**
 * Whatever arrives becomes something that can be painted: the server checks
 * drawings, but a phone that trusts nobody cannot be broken by anybody.
 */
export function fromWire(wire: WireDrawing | undefined): Drawing {
  if (wire === undefined) return { paper: 0xffffff, strokes: [] };
  return {
    paper: wire.paper & 0xffffff,
    strokes: withinLength(wire.strokes.map(strokeFromWire).filter(showsSomething)),
  };
}

function showsSomething(stroke: Stroke): boolean {
  if (stroke.points.length === 0) return false;
  return stroke.tool !== "stamp" || isStamp(stroke.stamp ?? "");
}

/** What would hold a phone up for seconds is not painted to its end. */
function withinLength(strokes: Stroke[]): Stroke[] {
  let left = INK_LENGTH_MAX;
  return strokes.filter((stroke) => {
    left -= inkLength(stroke.points);
    return left >= 0;
  });
}

function strokeToWire(stroke: Stroke): WireStroke<SentTool> {
  const points: number[] = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < stroke.points.length; i += 2) {
    const nx = clamp(Math.round(stroke.points[i] ?? 0), 0, CANVAS_WIDTH);
    const ny = clamp(Math.round(stroke.points[i + 1] ?? 0), 0, CANVAS_HEIGHT);
    points.push(nx - x, ny - y);
    x = nx;
    y = ny;
  }
  const count = points.length / 2;
  return {
    tool: TOOLS[stroke.tool],
    rgb: stroke.rgb & 0xffffff,
    width: clamp(Math.round(stroke.width), WIDTH_MIN, WIDTH_MAX),
    startMs: clamp(Math.round(stroke.startMs), 0, TIME_MAX_MS),
    durationMs: clamp(Math.round(stroke.durationMs), 0, TIME_MAX_MS),
    points,
    pressure:
      stroke.pressure.length === count
        ? stroke.pressure.map((value) => clamp(Math.round(value), 0, 255))
        : [],
    stamp: stroke.tool === "stamp" ? (stroke.stamp?.codePointAt(0) ?? 0) : 0,
  };
}

function strokeFromWire(wire: WireStroke): Stroke {
  const points: number[] = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < wire.points.length; i += 2) {
    x = clamp(x + (wire.points[i] ?? 0), 0, CANVAS_WIDTH);
    y = clamp(y + (wire.points[i + 1] ?? 0), 0, CANVAS_HEIGHT);
    points.push(x, y);
  }
  const tool = TOOL_OF.get(wire.tool) ?? "pen";
  return {
    tool,
    rgb: wire.rgb & 0xffffff,
    width: clamp(wire.width, WIDTH_MIN, WIDTH_MAX),
    startMs: wire.startMs,
    durationMs: wire.durationMs,
    points,
    pressure:
      wire.pressure.length * 2 === points.length
        ? wire.pressure.map((value) => clamp(value, 0, 255))
        : [],
    ...(tool === "stamp" && { stamp: String.fromCodePoint(clamp(wire.stamp, 0, 0x10ffff)) }),
  };
}

/** How many bytes a stroke takes in a frame; never less than it really does. */
export function strokeBytes(stroke: Stroke): number {
  // Tags and lengths, colour, width, both times and a stamp at their longest.
  let bytes = 41;
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < stroke.points.length; i += 2) {
    const nx = stroke.points[i] ?? 0;
    const ny = stroke.points[i + 1] ?? 0;
    bytes += zigzagBytes(nx - x) + zigzagBytes(ny - y);
    x = nx;
    y = ny;
  }
  for (const value of stroke.pressure) bytes += value < 128 ? 1 : 2;
  return bytes;
}

function zigzagBytes(delta: number): number {
  const size = Math.abs(delta);
  return size <= 63 ? 1 : size <= 8191 ? 2 : 3;
}
