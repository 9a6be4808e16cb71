// Where the next typed sign comes to stand. It runs along a line like a text
// cursor, and follows a sign that was put somewhere by hand.
import { stampAdvance, stampLine } from "./pixels";
import { CANVAS_HEIGHT, CANVAS_WIDTH, clamp } from "./stroke";

/** Canvas units between the edge of the canvas and the signs. */
const MARGIN = 64;

export interface StampCursor {
  /** Left edge of the next sign. */
  readonly x: number;
  /** The middle of the capitals in this line. */
  readonly y: number;
  /** Where the line began: the next one begins there, too. */
  readonly lineX: number;
}

export function firstCursor(width: number): StampCursor {
  return { x: MARGIN, y: MARGIN + stampLine(width) / 2, lineX: MARGIN };
}

/** The middle of the sign that is typed here, and the cursor behind it. */
export function typed(
  cursor: StampCursor,
  sign: string,
  width: number,
): { readonly x: number; readonly y: number; readonly next: StampCursor } {
  const advance = stampAdvance(sign, width);
  const at = cursor.x + advance > CANVAS_WIDTH - MARGIN / 2 ? nextLine(cursor, width) : cursor;
  return { x: at.x + advance / 2, y: at.y, next: { ...at, x: at.x + advance } };
}

/** Below the last line comes the first one again. */
export function nextLine(cursor: StampCursor, width: number): StampCursor {
  const below = cursor.y + stampLine(width);
  const y = below > CANVAS_HEIGHT - MARGIN ? firstCursor(width).y : below;
  return { x: cursor.lineX, y, lineX: cursor.lineX };
}

/** Behind a sign whose middle was put at x, y. */
export function behind(x: number, y: number, sign: string, width: number): StampCursor {
  const advance = stampAdvance(sign, width);
  return { x: x + advance / 2, y, lineX: clamp(x - advance / 2, 0, CANVAS_WIDTH / 2) };
}

export function moved(cursor: StampCursor, dx: number, dy: number): StampCursor {
  const x = clamp(cursor.x + dx, 0, CANVAS_WIDTH - MARGIN);
  return {
    x,
    y: clamp(cursor.y + dy, MARGIN, CANVAS_HEIGHT - MARGIN),
    lineX: Math.min(x, cursor.lineX),
  };
}
