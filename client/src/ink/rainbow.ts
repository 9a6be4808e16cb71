// A line whose hue runs with its length: bands of one colour each, cut from a
// smooth curve through the middles between its points.
import type { Span } from "./outline";

/** Canvas units until red is red again. */
const PERIOD = 1152;
/** Short enough that no step between two hues is seen. */
const BAND = 24;
/** Canvas units between two points of the smooth curve. */
const STEP = 6;

export interface Band {
  readonly rgb: number;
  /** x, y, … of a line with round ends */
  readonly points: number[];
}

export function bands(points: readonly number[], span: Span): Band[] {
  if (span.from >= span.to) return [];
  const cutter = new Cutter(lengthUpTo(points, span.from));
  const at = (i: number): readonly [number, number] => [points[2 * i] ?? 0, points[2 * i + 1] ?? 0];
  const [firstX, firstY] = at(span.from);
  cutter.to(firstX, firstY);
  let [fromX, fromY] = [firstX, firstY];
  for (let i = span.from; i + 1 < span.to; i++) {
    const [x, y] = at(i);
    const [nextX, nextY] = at(i + 1);
    const [midX, midY] = [(x + nextX) / 2, (y + nextY) / 2];
    const steps = Math.max(
      1,
      Math.ceil((Math.hypot(x - fromX, y - fromY) + Math.hypot(midX - x, midY - y)) / STEP),
    );
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const u = 1 - t;
      cutter.to(
        u * u * fromX + 2 * u * t * x + t * t * midX,
        u * u * fromY + 2 * u * t * y + t * t * midY,
      );
    }
    [fromX, fromY] = [midX, midY];
  }
  const [lastX, lastY] = at(span.to - 1);
  cutter.to(lastX, lastY);
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
