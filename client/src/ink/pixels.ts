// Hard square dots. The pixel pen fills cells of a grid of 256 by 192, the very
// dots that PictoChat had; a stamp is made of dots of its own size.
import type { Span } from "./outline";
import { stampOf } from "./stamp_dots";
import { CANVAS_HEIGHT, CANVAS_WIDTH, clamp } from "./stroke";

/** Canvas units along one side of a cell. */
export const CELL = 8;
const LAST_COLUMN = CANVAS_WIDTH / CELL - 1;
const LAST_ROW = CANVAS_HEIGHT / CELL - 1;
/** A stamp is this many dots high, an accent above and a tail below it aside. */
const STAMP_DOTS = 8;
const CAPITAL_DOTS = 7;

/** How many cells wide a line of this width is. */
export function nib(width: number): number {
  return Math.max(1, Math.round(width / CELL));
}

/** x, y, width, height, … in canvas units; they may overlap. */
export function pixelLine(points: readonly number[], width: number, span: Span): number[] {
  const cells = nib(width);
  const rects: number[] = [];
  const put = (column: number, row: number) => {
    const n = rects.length;
    const y = row * CELL;
    // Going on to the right: one longer rectangle instead of many.
    if (
      n > 0 &&
      rects[n - 3] === y &&
      column * CELL === (rects[n - 4] ?? 0) + (rects[n - 2] ?? 0) - (cells - 1) * CELL
    ) {
      rects[n - 2] = (rects[n - 2] ?? 0) + CELL;
      return;
    }
    rects.push(column * CELL, y, cells * CELL, cells * CELL);
  };
  let column = 0;
  let row = 0;
  for (let i = span.from; i < span.to; i++) {
    const nextColumn = cell(points[2 * i] ?? 0, cells, LAST_COLUMN);
    const nextRow = cell(points[2 * i + 1] ?? 0, cells, LAST_ROW);
    if (i === span.from) put(nextColumn, nextRow);
    else walk(column, row, nextColumn, nextRow, put);
    column = nextColumn;
    row = nextRow;
  }
  return rects;
}

/** The first of the `cells` cells that a nib in the middle of `at` covers. */
function cell(at: number, cells: number, last: number): number {
  return clamp(Math.floor(at / CELL), 0, last) - Math.floor((cells - 1) / 2);
}

/** Bresenham's line, without its first cell. */
function walk(
  x: number,
  y: number,
  endX: number,
  endY: number,
  put: (x: number, y: number) => void,
): void {
  const dx = Math.abs(endX - x);
  const dy = -Math.abs(endY - y);
  const stepX = x < endX ? 1 : -1;
  const stepY = y < endY ? 1 : -1;
  let error = dx + dy;
  while (x !== endX || y !== endY) {
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += stepX;
    }
    if (twice <= dx) {
      error += dx;
      y += stepY;
    }
    put(x, y);
  }
}

/** The dots of a sign whose capital height has its middle at x, y. */
export function stampDots(sign: string, x: number, y: number, width: number): number[] {
  const stamp = stampOf(sign);
  if (stamp === undefined) return [];
  const dot = width / STAMP_DOTS;
  const left = x - (stamp.columns * dot) / 2;
  const top = y - (CAPITAL_DOTS * dot) / 2;
  const rects: number[] = [];
  for (const [column, row, length] of stamp.runs) {
    rects.push(left + column * dot, top + row * dot, length * dot, dot);
  }
  return rects;
}

/** How wide a sign of this size is, with the gap to the next one. */
export function stampAdvance(sign: string, width: number): number {
  return (((stampOf(sign)?.columns ?? 3) + 1) * width) / STAMP_DOTS;
}

/** From one line of signs to the next. */
export function stampLine(width: number): number {
  return ((CAPITAL_DOTS + 4) * width) / STAMP_DOTS;
}
