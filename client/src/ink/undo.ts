// The sheet on the pad, its strokes and its paper, and every step that led to it.
// A step adds one stroke, replaces the whole sheet (Clear, Copy) or changes its
// paper; all can be taken back without limit. Steps, not snapshots: a drawing of
// 2,000 strokes keeps 2,000 steps, not two million references.
import { type Drawing, PAPER_WHITE, type Stroke } from "./stroke";

type Step =
  | { readonly kind: "add"; readonly stroke: Stroke }
  | { readonly kind: "replace"; readonly before: Drawing; readonly after: Drawing }
  | { readonly kind: "paper"; readonly before: number; readonly after: number };

export class History {
  private now: Stroke[] = [];
  private sheet = PAPER_WHITE;
  private readonly done: Step[] = [];
  private undone: Step[] = [];

  get strokes(): readonly Stroke[] {
    return this.now;
  }

  get paper(): number {
    return this.sheet;
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  add(stroke: Stroke): void {
    this.run({ kind: "add", stroke });
  }

  /** Nothing on nothing is no step. */
  replace(after: Drawing): void {
    const same = after.strokes.length === 0 && this.now.length === 0 && after.paper === this.sheet;
    if (same) return;
    this.run({ kind: "replace", before: { paper: this.sheet, strokes: this.now.slice() }, after });
  }

  /** Colours tried one after the other are one step. */
  setPaper(rgb: number): void {
    if (rgb === this.sheet) return;
    const last = this.done[this.done.length - 1];
    const before = last?.kind === "paper" ? last.before : this.sheet;
    if (last?.kind === "paper") this.done.pop();
    this.run({ kind: "paper", before, after: rgb });
  }

  undo(): boolean {
    const step = this.done.pop();
    if (step === undefined) return false;
    switch (step.kind) {
      case "add":
        this.now.pop();
        break;
      case "replace":
        this.put(step.before);
        break;
      case "paper":
        this.sheet = step.before;
        break;
      default:
        return step satisfies never;
    }
    this.undone.push(step);
    return true;
  }

  redo(): boolean {
    const step = this.undone.pop();
    if (step === undefined) return false;
    this.apply(step);
    return true;
  }

  /** A new sheet that begins with this drawing; nothing to take back. */
  reset(drawing: Drawing): void {
    this.put(drawing);
    this.done.length = 0;
    this.undone = [];
  }

  private run(step: Step): void {
    this.undone = [];
    this.apply(step);
  }

  private apply(step: Step): void {
    if (step.kind === "add") this.now.push(step.stroke);
    else if (step.kind === "replace") this.put(step.after);
    else this.sheet = step.after;
    this.done.push(step);
  }

  private put(drawing: Drawing): void {
    this.now = drawing.strokes.slice();
    this.sheet = drawing.paper;
  }
}
