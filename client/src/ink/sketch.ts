// The drawing on the pad: its strokes with their history, the clock they are
// timed by, and the limits that keep it sendable. Every change is told once.
import { strokeBytes } from "./codec";
import {
  INK_BYTES_MAX,
  isBlank,
  type LiveStroke,
  POINTS_MAX,
  pointCount,
  STROKES_MAX,
  type Stroke,
} from "./stroke";
import { History } from "./undo";

/** The pause put between restored strokes and the first new one. */
const RESUME_PAUSE_MS = 500;

/** Two bytes a point is what a fast finger costs; a pen's pressure adds two more. */
const BYTES_PER_POINT = 4;

export type SketchChange =
  | { readonly kind: "added"; readonly stroke: Stroke }
  | { readonly kind: "repaint" };

export class Sketch {
  private readonly history = new History();
  private beganAt: number | undefined;

  constructor(private readonly changed: (change: SketchChange) => void) {}

  get strokes(): readonly Stroke[] {
    return this.history.strokes;
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
    for (const stroke of this.strokes) bytes += strokeBytes(stroke);
    const byBytes = Math.floor((INK_BYTES_MAX - bytes) / BYTES_PER_POINT);
    return Math.max(0, Math.min(POINTS_MAX - pointCount(this.strokes), byBytes));
  }

  add(live: LiveStroke, endedAt: number): void {
    const stroke = live.finish(endedAt, this.clock(live.beganAt));
    this.history.add(stroke);
    this.changed({ kind: "added", stroke });
  }

  clear(): void {
    this.history.replace([]);
    this.changed({ kind: "repaint" });
  }

  /** Another drawing's strokes instead of these; undo brings these back. */
  copy(strokes: readonly Stroke[]): void {
    this.history.replace(strokes);
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
  reset(strokes: readonly Stroke[]): void {
    this.history.reset(strokes);
    this.beganAt = undefined;
    this.changed({ kind: "repaint" });
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
