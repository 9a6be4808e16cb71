// What lies on the pad of one room: the sketch and its caption, kept as a draft
// from the first stroke. Whatever happens to the page, the connection or the
// sign-in, the drawing is here again.
import { type Readable, writable } from "svelte/store";
import { Sketch, type SketchChange } from "../ink/sketch";
import type { Stroke } from "../ink/stroke";
import type { Draft, Keep } from "./keep";

export interface DeskState {
  readonly ready: boolean;
  readonly strokes: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly caption: string;
  /** Why a drawing came back to the pad, until the pad is used again. */
  readonly returned: { readonly code: string; readonly reason: string } | undefined;
}

const NOTHING: DeskState = {
  ready: false,
  strokes: 0,
  canUndo: false,
  canRedo: false,
  caption: "",
  returned: undefined,
};

export class Desk {
  private readonly cell = writable<DeskState>(NOTHING);
  readonly state: Readable<DeskState> = this.cell;
  readonly sketch: Sketch;
  private caption = "";
  private ready = false;
  private returned: DeskState["returned"];
  private readonly painters = new Set<(change: SketchChange) => void>();
  private saving = false;
  private saveAgain = false;
  /** The draft is let go only when what was sent is safe in the outbox. */
  private outgoing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly person: string,
    private readonly room: string,
    private readonly keep: Keep,
  ) {
    this.sketch = new Sketch((change) => {
      this.returned = undefined;
      for (const paint of this.painters) paint(change);
      this.changed();
    });
  }

  async load(): Promise<void> {
    const draft = await this.keep.draft(this.person, this.room).catch(() => undefined);
    this.ready = true;
    // Somebody quicker than the disk has drawn already: both are kept.
    const quick = this.sketch.strokes.slice();
    if (draft !== undefined) {
      this.caption = this.caption || draft.caption;
      this.sketch.reset([...draft.strokes, ...quick]);
    } else if (quick.length > 0) {
      this.changed();
    } else {
      this.publish();
    }
  }

  /** Hears each change of the sketch, to paint it; returns its stop. */
  onChange(paint: (change: SketchChange) => void): () => void {
    this.painters.add(paint);
    return () => this.painters.delete(paint);
  }

  setCaption(caption: string): void {
    this.caption = caption;
    this.changed();
  }

  /** Another drawing onto the pad, as a step that can be undone. */
  copy(strokes: readonly Stroke[], caption?: string): void {
    if (caption !== undefined) this.caption = caption;
    this.sketch.copy(strokes);
  }

  /** The drawing on the pad was sent and refused. */
  tell(code: string, reason: string): void {
    this.returned = { code, reason };
    this.changed();
  }

  /** Takes the drawing off the pad; `safe` says when the draft may go. */
  take(send: (strokes: readonly Stroke[], caption: string) => Promise<unknown>): void {
    this.outgoing = send(this.sketch.strokes.slice(), this.caption.trim()).catch(() => undefined);
    this.caption = "";
    this.sketch.reset([]);
  }

  /** The page may be gone the next moment: what is still being written is kept at once. */
  hurry(): void {
    const { strokes } = this.sketch;
    if (!this.saving || strokes.length === 0) return;
    this.keep.putDraftNow(this.person, this.room, { strokes, caption: this.caption });
  }

  private changed(): void {
    this.publish();
    if (this.ready) void this.save();
  }

  private publish(): void {
    const { strokes, canUndo, canRedo } = this.sketch;
    const { ready, caption, returned } = this;
    this.cell.set({ ready, strokes: strokes.length, canUndo, canRedo, caption, returned });
  }

  /** One write at a time; the last state always gets written. */
  private async save(): Promise<void> {
    if (this.saving) {
      this.saveAgain = true;
      return;
    }
    this.saving = true;
    do {
      this.saveAgain = false;
      await this.outgoing;
      const draft: Draft = { strokes: this.sketch.strokes.slice(), caption: this.caption };
      const empty = draft.strokes.length === 0 && draft.caption === "";
      await this.keep
        .putDraft(this.person, this.room, empty ? undefined : draft)
        .catch(() => undefined);
    } while (this.saveAgain);
    this.saving = false;
  }
}
