// What lies on the pad of one room: the sketch and its caption, kept as a draft
// from the first stroke. Whatever happens to the page, the connection or the
// sign-in, the drawing is here again.
import { type Readable, writable } from "svelte/store";
import { Sketch, type SketchChange } from "../ink/sketch";
import { type Drawing, PAPER_WHITE, type Stroke } from "../ink/stroke";
import type { Draft, Keep } from "./keep";
import type { Pending, Remix } from "./room_state";

export interface DeskState {
  readonly ready: boolean;
  readonly strokes: number;
  readonly paper: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly caption: string;
  /** Why a drawing came back to the pad, until the pad is used again. */
  readonly returned: { readonly code: string; readonly reason: string } | undefined;
}

const NOTHING: DeskState = {
  ready: false,
  strokes: 0,
  paper: PAPER_WHITE,
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
  /**
   * By the first stroke of what was copied: where that lies at the bottom of the
   * pad, the drawing is a remix, through Undo, Redo and Clear.
   */
  private readonly origins = new WeakMap<Stroke, Remix>();
  private returned: DeskState["returned"];
  private readonly painters = new Set<(change: SketchChange) => void>();
  private saving = false;
  private saveAgain = false;
  /** Whether what was sent last is safe in the outbox: only then is its draft let go. */
  private outgoing: Promise<boolean> = Promise.resolve(true);
  /** Those that wait until what came onto the pad is in the draft. */
  private readonly unkept: (() => void)[] = [];

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
      const paper = draft.paper ?? PAPER_WHITE;
      this.remember(draft.strokes[0], draft.remix);
      this.sketch.reset({ paper, strokes: [...draft.strokes, ...quick] });
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

  /** What the drawing on the pad began as. */
  get remix(): Remix | undefined {
    const first = this.sketch.strokes[0];
    return first && this.origins.get(first);
  }

  /**
   * Another drawing onto the pad, as a step that can be undone. Its caption joins
   * what was written already: that has no Undo. Resolves when it is in the draft.
   */
  copy(drawing: Drawing, caption = "", remix?: Remix): Promise<void> {
    if (caption !== this.caption) this.caption = `${this.caption} ${caption}`.trim();
    // Strokes of its own: the same drawing may lie here for another reason, too.
    const strokes = drawing.strokes.map((stroke) => ({ ...stroke }));
    this.remember(strokes[0], remix);
    const kept = new Promise<void>((resolve) => this.unkept.push(resolve));
    this.sketch.copy({ paper: drawing.paper, strokes });
    return kept;
  }

  /** The same, with one that comes back. */
  put({ drawing, caption, remix }: Pick<Pending, "drawing" | "caption" | "remix">): Promise<void> {
    return this.copy(drawing, caption, remix);
  }

  private remember(first: Stroke | undefined, remix: Remix | undefined): void {
    if (first !== undefined && remix !== undefined) this.origins.set(first, remix);
  }

  /** The drawing on the pad was sent and refused. */
  tell(code: string, reason: string): void {
    this.returned = { code, reason };
    this.changed();
  }

  /** Takes the drawing off the pad, not its paper; `send` says whether the draft may go. */
  take(
    send: (drawing: Drawing, caption: string, remix: Remix | undefined) => Promise<boolean>,
  ): void {
    const { drawing } = this.sketch;
    this.outgoing = send(drawing, this.caption.trim(), this.remix).catch(() => false);
    this.caption = "";
    this.sketch.reset({ paper: drawing.paper, strokes: [] });
  }

  /** The page may be gone the next moment: what is still being written is kept at once. */
  hurry(): void {
    if (!this.saving || this.sketch.strokes.length === 0) return;
    this.keep.putDraftNow(this.person, this.room, this.draft);
  }

  private changed(): void {
    this.publish();
    if (this.ready) void this.save();
  }

  private publish(): void {
    const { strokes, paper, canUndo, canRedo } = this.sketch;
    const { ready, caption, returned } = this;
    this.cell.set({ ready, strokes: strokes.length, paper, canUndo, canRedo, caption, returned });
  }

  private get draft(): Draft {
    return { ...this.sketch.drawing, caption: this.caption, remix: this.remix };
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
      const safe = await this.outgoing;
      const { draft } = this;
      if (draft.strokes.length === 0 && !safe) continue;
      const waiting = this.unkept.splice(0);
      const empty =
        draft.strokes.length === 0 && draft.caption === "" && draft.paper === PAPER_WHITE;
      await this.keep.putDraft(this.person, this.room, empty ? undefined : draft).then(
        () => waiting.forEach((kept) => void kept()),
        () => this.unkept.push(...waiting),
      );
    } while (this.saveAgain);
    this.saving = false;
  }
}
