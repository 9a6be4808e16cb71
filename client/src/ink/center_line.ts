// The line that the hand drew, from its raw points: through all of them, smooth
// where it bends, sharp where it turns, and with points so close that whatever
// follows it cannot cut a corner.
import type { getStrokePoints } from "perfect-freehand";
import type { Ink, Span } from "./outline";

export type CenterPoint = ReturnType<typeof getStrokePoints>[number] & {
  /** How far it is along the hand's raw points; it does not depend on a span. */
  readonly along: number;
};

/** Canvas units between two points of the line at most. */
const STEP = 10;
/** But not more of them between two points of the hand: nobody's drawing may hold up a phone. */
const BETWEEN_MAX = 10;
/** Canvas units that the trembling of a hand, and of whole pixels, may be smoothed by. */
const STILL = 1.8;
/** How often each point is drawn towards the middle of its neighbours. */
const PASSES = 3;
/** The cosine of a turn that is meant as a corner, about 70°. */
const CORNER = 0.34;
/** How quickly a line swells or thins when the finger changes its speed. */
const FEEL_CHANGE = 0.275;

/** `ahead` (x, y, …) is drawn, but not part of the stroke. */
export function centerLine(ink: Ink, ahead: readonly number[], span: Span): CenterPoint[] {
  const hand = new Hand(ink, ahead, span);
  const line = new Line();
  let at = { pressure: 0.5, along: 0 };
  for (let i = 0; i < hand.count; i++) {
    const before = at;
    const step = i === 0 ? 0 : hand.step(i);
    at = { pressure: hand.pressure(i, before.pressure, step), along: before.along + step };
    if (i < span.from) continue;
    if (i > span.from) between(hand, i - 1, before, at, line);
    line.to(hand.x(i), hand.y(i), at.pressure, at.along);
  }
  return line.done();
}

/** The points of a stroke and those ahead of it, as one row, stilled where the span is. */
class Hand {
  readonly count: number;
  /** Before this point nothing is needed but its pressure. */
  private readonly first: number;
  private readonly measured: boolean;
  private readonly xs: number[] = [];
  private readonly ys: number[] = [];

  constructor(
    private readonly ink: Ink,
    private readonly ahead: readonly number[],
    private readonly span: Span,
  ) {
    this.count = span.to + ahead.length / 2;
    this.first = Math.max(0, span.from - PASSES - 1);
    this.measured = ink.pressure.length * 2 === ink.points.length && span.to > 0;
    for (let i = this.first; i < this.count; i++) {
      this.xs.push(this.rawX(i));
      this.ys.push(this.rawY(i));
    }
    for (let pass = 0; pass < PASSES; pass++) this.still();
  }

  x(i: number): number {
    return this.xs[i - this.first] ?? 0;
  }

  y(i: number): number {
    return this.ys[i - this.first] ?? 0;
  }

  /** From point i to the next one. Not Math.hypot, many times slower: this runs over all. */
  gap(i: number): number {
    const dx = this.x(i + 1) - this.x(i);
    const dy = this.y(i + 1) - this.y(i);
    return Math.sqrt(dx * dx + dy * dy);
  }

  /** 0 to 1: a pen's own, or what a finger's speed feels like. */
  pressure(i: number, before: number, step: number): number {
    if (this.measured) return (this.ink.pressure[Math.min(i, this.span.to - 1)] ?? 128) / 255;
    const speed = Math.min(1, step / this.ink.width);
    return before + (1 - speed - before) * speed * FEEL_CHANGE;
  }

  /** From the raw point before to raw point i. */
  step(i: number): number {
    const dx = this.rawX(i) - this.rawX(i - 1);
    const dy = this.rawY(i) - this.rawY(i - 1);
    return Math.sqrt(dx * dx + dy * dy);
  }

  /** Whether the line has a corner at point i: a sharp turn, an end, or a point said twice. */
  corner(i: number): boolean {
    if (i <= 0 || i >= this.count - 1) return true;
    const [ax, ay] = [this.x(i) - this.x(i - 1), this.y(i) - this.y(i - 1)];
    const [bx, by] = [this.x(i + 1) - this.x(i), this.y(i + 1) - this.y(i)];
    return ax * bx + ay * by <= CORNER * this.gap(i - 1) * this.gap(i);
  }

  private rawX(i: number): number {
    const { to } = this.span;
    return (i < to ? this.ink.points[2 * i] : this.ahead[2 * (i - to)]) ?? 0;
  }

  private rawY(i: number): number {
    const { to } = this.span;
    return (i < to ? this.ink.points[2 * i + 1] : this.ahead[2 * (i - to) + 1]) ?? 0;
  }

  /** Every point but the ends goes towards its neighbours, never far from where it was. */
  private still(): void {
    let [beforeX, beforeY] = [this.xs[0] ?? 0, this.ys[0] ?? 0];
    for (let k = 1; k + 1 < this.xs.length; k++) {
      const [x, y] = [this.xs[k] ?? 0, this.ys[k] ?? 0];
      const [rawX, rawY] = [this.rawX(this.first + k), this.rawY(this.first + k)];
      const dx = (beforeX + 2 * x + (this.xs[k + 1] ?? 0)) / 4 - rawX;
      const dy = (beforeY + 2 * y + (this.ys[k + 1] ?? 0)) / 4 - rawY;
      const away = Math.sqrt(dx * dx + dy * dy);
      const allowed = away > STILL ? STILL / away : 1;
      this.xs[k] = rawX + dx * allowed;
      this.ys[k] = rawY + dy * allowed;
      [beforeX, beforeY] = [x, y];
    }
  }
}

/** The points between point i and the next: Catmull and Rom's curve, centripetal, so without loops. */
function between(
  hand: Hand,
  i: number,
  from: { readonly pressure: number; readonly along: number },
  to: { readonly pressure: number; readonly along: number },
  line: Line,
): void {
  const gap = hand.gap(i);
  const steps = Math.min(BETWEEN_MAX, Math.ceil(gap / STEP));
  if (steps < 2) return;
  const [x1, y1, x2, y2] = [hand.x(i), hand.y(i), hand.x(i + 1), hand.y(i + 1)];
  const [tangent1x, tangent1y] = hand.corner(i) ? [x2 - x1, y2 - y1] : tangent(hand, i, gap);
  const [tangent2x, tangent2y] = hand.corner(i + 1)
    ? [x2 - x1, y2 - y1]
    : tangent(hand, i + 1, gap);
  for (let step = 1; step < steps; step++) {
    const t = step / steps;
    const t2 = t * t;
    const t3 = t2 * t;
    const [h1, h2, h3, h4] = [2 * t3 - 3 * t2 + 1, t3 - 2 * t2 + t, -2 * t3 + 3 * t2, t3 - t2];
    line.to(
      h1 * x1 + h2 * tangent1x + h3 * x2 + h4 * tangent2x,
      h1 * y1 + h2 * tangent1y + h3 * y2 + h4 * tangent2y,
      from.pressure + (to.pressure - from.pressure) * t,
      from.along + (to.along - from.along) * t,
    );
  }
}

/** The curve's direction at point i, for a piece of it that is `gap` long. */
function tangent(hand: Hand, i: number, gap: number): readonly [number, number] {
  const before = Math.sqrt(hand.gap(i - 1));
  const after = Math.sqrt(hand.gap(i));
  const along = (p0: number, p1: number, p2: number) =>
    ((p1 - p0) / before - (p2 - p0) / (before + after) + (p2 - p1) / after) * Math.sqrt(gap);
  return [
    along(hand.x(i - 1), hand.x(i), hand.x(i + 1)),
    along(hand.y(i - 1), hand.y(i), hand.y(i + 1)),
  ];
}

/** Tells perfect-freehand of each point what it asks. */
class Line {
  private readonly points: CenterPoint[] = [];
  private length = 0;

  to(x: number, y: number, pressure: number, along: number): void {
    const from = this.points[this.points.length - 1];
    if (from === undefined) {
      const vector: CenterPoint["vector"] = [1, 1];
      this.points.push({ point: [x, y], pressure, along, vector, distance: 0, runningLength: 0 });
      return;
    }
    const dx = (from.point[0] ?? 0) - x;
    const dy = (from.point[1] ?? 0) - y;
    const distance = Math.sqrt(dx * dx + dy * dy);
    if (distance === 0) return;
    this.length += distance;
    const vector: CenterPoint["vector"] = [dx / distance, dy / distance];
    const runningLength = this.length;
    this.points.push({ point: [x, y], pressure, along, vector, distance, runningLength });
  }

  done(): CenterPoint[] {
    const [first, second] = this.points;
    if (first !== undefined && second !== undefined) first.vector = second.vector;
    return this.points;
  }
}
