// The strokes on the pad and every step that led to them. A step either adds
// one stroke or replaces all of them (Clear, Copy, Erase to nothing); both can
// be taken back without limit. Steps, not snapshots: a drawing of 2,000 strokes
// keeps 2,000 steps, not two million references.
import type { Stroke } from "./stroke";

type Step =
  | { readonly kind: "add"; readonly stroke: Stroke }
  | {
      readonly kind: "replace";
      readonly before: readonly Stroke[];
      readonly after: readonly Stroke[];
    };

export class History {
  private now: Stroke[] = [];
  private readonly done: Step[] = [];
  private undone: Step[] = [];

  get strokes(): readonly Stroke[] {
    return this.now;
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

  /** Clear is `replace([])`. Nothing on nothing is no step. */
  replace(after: readonly Stroke[]): void {
    if (after.length === 0 && this.now.length === 0) return;
    this.run({ kind: "replace", before: this.now.slice(), after });
  }

  undo(): boolean {
    const step = this.done.pop();
    if (step === undefined) return false;
    switch (step.kind) {
      case "add":
        this.now.pop();
        break;
      case "replace":
        this.now = step.before.slice();
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

  /** A new sheet that begins with these strokes; nothing to take back. */
  reset(strokes: readonly Stroke[]): void {
    this.now = strokes.slice();
    this.done.length = 0;
    this.undone = [];
  }

  private run(step: Step): void {
    this.undone = [];
    this.apply(step);
  }

  private apply(step: Step): void {
    if (step.kind === "add") this.now.push(step.stroke);
    else this.now = step.after.slice();
    this.done.push(step);
  }
}
