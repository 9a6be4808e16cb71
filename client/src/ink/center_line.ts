// The line that the hand drew, from its raw points: through all of them, smooth
// where it bends, sharp where it turns, and with points so close that whatever
// follows it cannot cut a corner.
import type { getStrokePoints } from "perfect-freehand";
import type { Ink, Span } from "./outline";

export type CenterPoint = ReturnType<typeof getStrokePoints>[number];

/** Canvas units between two points of the line at most. */
const STEP = 10;
/** Canvas units that the trembling of a hand may be smoothed by. */
const STILL = 1.5;
/** How much of a small step is taken at once; the rest is trembling. */
const FOLLOW = 0.6;
/** The cosine of a turn that is meant as a corner, about 70°. */
const CORNER = 0.34;
/** How quickly a line swells or thins when the finger changes its speed. */
const FEEL_CHANGE = 0.275;

/** `ahead` (x, y, …) is drawn, but not part of the stroke. */
export function centerLine(ink: Ink, ahead: readonly number[], span: Span): CenterPoint[] {
  const raw = new Raw(ink, ahead, span.to);
  const line = new Line();
  let pressure = raw.firstPressure;
  for (let i = 0; i < raw.count; i++) {
    const before = pressure;
    pressure = raw.pressure(i, before);
    if (i < span.from) continue;
    if (i > span.from) between(raw, i - 1, before, pressure, line);
    line.to(raw.x(i), raw.y(i), pressure, i === raw.count - 1);
  }
  return line.done();
}

/** The points of a stroke and those ahead of it, as one row. */
class Raw {
  readonly count: number;
  readonly firstPressure = 0.5;
  private readonly measured: boolean;

  constructor(
    private readonly ink: Ink,
    private readonly ahead: readonly number[],
    private readonly own: number,
  ) {
    this.count = own + ahead.length / 2;
    this.measured = ink.pressure.length * 2 === ink.points.length && own > 0;
  }

  x(i: number): number {
    return (i < this.own ? this.ink.points[2 * i] : this.ahead[2 * (i - this.own)]) ?? 0;
  }

  y(i: number): number {
    return (i < this.own ? this.ink.points[2 * i + 1] : this.ahead[2 * (i - this.own) + 1]) ?? 0;
  }

  /** 0 to 1: a pen's own, or what a finger's speed feels like. */
  pressure(i: number, before: number): number {
    if (this.measured) return (this.ink.pressure[Math.min(i, this.own - 1)] ?? 128) / 255;
    if (i === 0) return before;
    const speed = Math.min(1, this.gap(i - 1) / this.ink.width);
    return before + (1 - speed - before) * speed * FEEL_CHANGE;
  }

  /** From point i to the next one. Not Math.hypot, many times slower: this runs over all. */
  gap(i: number): number {
    const dx = this.x(i + 1) - this.x(i);
    const dy = this.y(i + 1) - this.y(i);
    return Math.sqrt(dx * dx + dy * dy);
  }

  /** Whether the line has a corner at point i: a sharp turn, an end, or a point said twice. */
  corner(i: number): boolean {
    if (i <= 0 || i >= this.count - 1) return true;
    const [ax, ay] = [this.x(i) - this.x(i - 1), this.y(i) - this.y(i - 1)];
    const [bx, by] = [this.x(i + 1) - this.x(i), this.y(i + 1) - this.y(i)];
    return ax * bx + ay * by <= CORNER * this.gap(i - 1) * this.gap(i);
  }
}

/** The points between point i and the next: Catmull and Rom's curve, centripetal, so without loops. */
function between(raw: Raw, i: number, pressureFrom: number, pressureTo: number, line: Line): void {
  const gap = raw.gap(i);
  const steps = Math.ceil(gap / STEP);
  if (steps < 2) return;
  const [x1, y1, x2, y2] = [raw.x(i), raw.y(i), raw.x(i + 1), raw.y(i + 1)];
  const [tangent1x, tangent1y] = raw.corner(i) ? [x2 - x1, y2 - y1] : tangent(raw, i, gap);
  const [tangent2x, tangent2y] = raw.corner(i + 1) ? [x2 - x1, y2 - y1] : tangent(raw, i + 1, gap);
  for (let step = 1; step < steps; step++) {
    const t = step / steps;
    const t2 = t * t;
    const t3 = t2 * t;
    const [h1, h2, h3, h4] = [2 * t3 - 3 * t2 + 1, t3 - 2 * t2 + t, -2 * t3 + 3 * t2, t3 - t2];
    line.to(
      h1 * x1 + h2 * tangent1x + h3 * x2 + h4 * tangent2x,
      h1 * y1 + h2 * tangent1y + h3 * y2 + h4 * tangent2y,
      pressureFrom + (pressureTo - pressureFrom) * t,
      false,
    );
  }
}

/** The curve's direction at point i, for a piece of it that is `gap` long. */
function tangent(raw: Raw, i: number, gap: number): readonly [number, number] {
  const before = Math.sqrt(raw.gap(i - 1));
  const after = Math.sqrt(raw.gap(i));
  const along = (p0: number, p1: number, p2: number) =>
    ((p1 - p0) / before - (p2 - p0) / (before + after) + (p2 - p1) / after) * Math.sqrt(gap);
  return [along(raw.x(i - 1), raw.x(i), raw.x(i + 1)), along(raw.y(i - 1), raw.y(i), raw.y(i + 1))];
}

/** Takes points, stills the hand's trembling, and tells perfect-freehand what it asks of each. */
class Line {
  private readonly points: CenterPoint[] = [];
  private length = 0;

  to(x: number, y: number, pressure: number, last: boolean): void {
    const from = this.points[this.points.length - 1];
    if (from === undefined) {
      this.points.push({ point: [x, y], pressure, vector: [1, 1], distance: 0, runningLength: 0 });
      return;
    }
    const [fromX = 0, fromY = 0] = from.point;
    const away = Math.sqrt((x - fromX) * (x - fromX) + (y - fromY) * (y - fromY));
    if (away === 0) return;
    const follow = last ? 1 : Math.max(FOLLOW, 1 - STILL / away);
    const distance = away * follow;
    this.length += distance;
    this.points.push({
      point: [fromX + (x - fromX) * follow, fromY + (y - fromY) * follow],
      pressure,
      vector: [(fromX - x) / away, (fromY - y) / away],
      distance,
      runningLength: this.length,
    });
  }

  done(): CenterPoint[] {
    const [first, second] = this.points;
    if (first !== undefined && second !== undefined) first.vector = second.vector;
    return this.points;
  }
}
