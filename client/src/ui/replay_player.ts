// Plays a drawing on the layers of a pad: finished strokes are added to the ink,
// the running stroke grows above it. Owns the clock of one replay, which stands
// still while nobody can see it.
import type { PadPainter } from "../ink/paint";
import { momentAt, type Timeline, timeline } from "../ink/replay";
import type { Drawing, Stroke } from "../ink/stroke";

export interface ReplayHost {
  readonly painter: Pick<PadPainter, "add" | "paintLive">;
  /** Runs it before the next painting of the screen, with that moment in ms; returns its stop. */
  readonly frame: (run: (now: number) => void) => () => void;
  /** Strokes appear whole: nothing moves. */
  readonly still: boolean;
  /** So many strokes are there, and so much of the time is over, 0 to 1. */
  readonly progress: (strokes: number, part: number) => void;
  readonly ended: () => void;
}

/** A page that was asleep does not catch up. */
const FRAME_MAX_MS = 100;
/** The finished drawing stands for a moment before the replay is over. */
const REST_MS = 500;

export class Replay {
  speed = 1;
  private readonly time: Timeline;
  private readonly growing: { points: number[]; pressure: number[] } = { points: [], pressure: [] };
  private elapsed = 0;
  private whole = 0;
  private last: number | undefined;
  private stopFrame = () => {};

  constructor(
    private readonly drawing: Drawing,
    private readonly host: ReplayHost,
  ) {
    this.time = timeline(drawing);
  }

  /** Strokes that are painted whole; to be painted again when a layer lost them. */
  get painted(): readonly Stroke[] {
    return this.drawing.strokes.slice(0, this.whole);
  }

  /** Goes on, or stands still. */
  run(on: boolean): void {
    this.stopFrame();
    this.last = undefined;
    if (on) this.next();
  }

  private next(): void {
    this.stopFrame = this.host.frame((now) => this.tick(now));
  }

  private tick(now: number): void {
    const passed = this.last === undefined ? 0 : Math.min(FRAME_MAX_MS, now - this.last);
    this.last = now;
    this.elapsed += passed * this.speed;
    this.paint();
    const { totalMs } = this.time;
    this.host.progress(this.whole, totalMs === 0 ? 1 : Math.min(1, this.elapsed / totalMs));
    // The rest is as long at any speed.
    if (this.elapsed >= totalMs + REST_MS * this.speed) this.host.ended();
    else this.next();
  }

  private paint(): void {
    const { painter, still } = this.host;
    const { strokes } = this.drawing;
    const { whole, points } = momentAt(this.drawing, this.time, this.elapsed, this.whole);
    if (whole > this.whole) {
      painter.paintLive(undefined, []);
      this.growing.points = [];
      this.growing.pressure = [];
      for (; this.whole < whole; this.whole++) {
        const stroke = strokes[this.whole];
        if (stroke !== undefined) painter.add(stroke);
      }
    }
    const stroke = strokes[whole];
    if (points > 0 && stroke !== undefined && !still) this.grow(stroke, points);
  }

  /** The same array grows: by it the painter knows what has settled, and paints only the rest. */
  private grow(stroke: Stroke, count: number): void {
    const { points, pressure } = this.growing;
    if (points.length === count * 2) return;
    for (let i = points.length; i < count * 2; i++) points.push(stroke.points[i] ?? 0);
    if (stroke.pressure.length > 0) {
      for (let i = pressure.length; i < count; i++) pressure.push(stroke.pressure[i] ?? 0);
    }
    this.host.painter.paintLive({ ...stroke, points, pressure }, []);
  }
}
