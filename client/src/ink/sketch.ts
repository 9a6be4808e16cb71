// The drawing on the pad: its sheet with all its history, the clock they are
// timed by, and the limits that keep it sendable. Every change is told once.
import { strokeBytes } from "./codec";
import {
  CANVAS_HEIGHT,
  CANVAS_WIDTH,
  type Drawing,
  INK_BYTES_MAX,
  INK_LENGTH_MAX,
  inkLength,
  isBlank,
  LiveStroke,
  type Pen,
  POINTS_MAX,
  pointCount,
  STROKE_LENGTH_MAX,
  STROKES_MAX,
  type Stroke,
} from "./stroke";
import { History } from "./undo";

/** The pause put between restored strokes and the first new one. */
const RESUME_PAUSE_MS = 500;

/** Two bytes each way is what the fastest finger costs; a pen's pressure adds two more. */
const BYTES_PER_POINT = 6;

interface Size {
  readonly bytes: number;
  readonly length: number;
}

export type SketchChange =
  | { readonly kind: "added"; readonly stroke: Stroke }
  | { readonly kind: "repaint" };

export class Sketch {
  private readonly history = new History();
  private readonly sizes = new WeakMap<Stroke, Size>();
  private beganAt: number | undefined;

  constructor(private readonly changed: (change: SketchChange) => void) {}

  get strokes(): readonly Stroke[] {
    return this.history.strokes;
  }
  get paper(): number {
    return this.history.paper;
  }
  get drawing(): Drawing {
    return { paper: this.paper, strokes: this.strokes.slice() };
  }
  get canUndo(): boolean {
    return this.history.canUndo;
  }
  get canRedo(): boolean {
    return this.history.canRedo;
  }
  get blank(): boolean {
    return isBlank(this.strokes);
  }

  /** Points the next stroke may have; 0 when the drawing is full. */
  get room(): number {
    if (this.strokes.length >= STROKES_MAX) return 0;
    let bytes = 0;
    let length = 0;
    for (const stroke of this.strokes) {
      const size = this.sizeOf(stroke);
      bytes += size.bytes;
      length += size.length;
    }
    if (length > INK_LENGTH_MAX - STROKE_LENGTH_MAX - CANVAS_WIDTH - CANVAS_HEIGHT) return 0;
    const byBytes = Math.floor((INK_BYTES_MAX - bytes) / BYTES_PER_POINT);
    return Math.max(0, Math.min(POINTS_MAX - pointCount(this.strokes), byBytes));
  }

  add(live: LiveStroke, endedAt: number): void {
    const stroke = live.finish(endedAt, this.clock(live.beganAt));
    this.history.add(stroke);
    this.changed({ kind: "added", stroke });
  }

  /** A stamp from the keyboard, where no pointer has been. `at`: the pointer events' clock. */
  stamp(pen: Pen, x: number, y: number, at: number): void {
    const live = new LiveStroke(pen, at, false);
    live.push(x, y, 0);
    this.add(live, at);
  }

  setPaper(rgb: number): void {
    this.history.setPaper(rgb);
    this.changed({ kind: "repaint" });
  }

  /** Takes the strokes away; the paper stays. */
  clear(): void {
    this.history.replace({ paper: this.paper, strokes: [] });
    this.changed({ kind: "repaint" });
  }

  /** Another drawing instead of this one; undo brings this one back. */
  copy(drawing: Drawing): void {
    this.history.replace(drawing);
    this.beganAt = undefined;
    this.changed({ kind: "repaint" });
  }

  undo(): void {
    if (this.history.undo()) this.changed({ kind: "repaint" });
  }

  redo(): void {
    if (this.history.redo()) this.changed({ kind: "repaint" });
  }

  /** A new sheet, or the one a draft was kept of. */
  reset(drawing: Drawing): void {
    this.history.reset(drawing);
    this.beganAt = undefined;
    this.changed({ kind: "repaint" });
  }

  /** Asked as each stroke begins; the finished ones are not walked through anew. */
  private sizeOf(stroke: Stroke): Size {
    const known = this.sizes.get(stroke);
    if (known !== undefined) return known;
    const size = { bytes: strokeBytes(stroke), length: inkLength(stroke.points) };
    this.sizes.set(stroke, size);
    return size;
  }

  /**
   * When the drawing began, on the clock of pointer events. Strokes that were
   * not drawn by this hand in one go (a draft, a copy, an undone Clear) end just
   * before the new one begins, so that times never run backwards.
   */
  private clock(strokeBeganAt: number): number {
    const last = this.strokes[this.strokes.length - 1];
    const drawnMs = last === undefined ? 0 : last.startMs + last.durationMs;
    if (
      last === undefined ||
      this.beganAt === undefined ||
      strokeBeganAt - this.beganAt < drawnMs
    ) {
      this.beganAt = strokeBeganAt - (last === undefined ? 0 : drawnMs + RESUME_PAUSE_MS);
    }
    return this.beganAt;
  }
}
