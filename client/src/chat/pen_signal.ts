// "Is drawing". PenSignal is this person's: told once when the pen goes down,
// again now and then while it draws on, and that it is up a little after the
// last stroke, so that no name flickers between two strokes. OtherPens are what
// is heard of the others', each forgotten when nothing more is heard of it.

export interface PenSignalHost {
  /** Returns whether it could be told. */
  readonly tell: (down: boolean) => boolean;
  readonly later: (run: () => void, ms: number) => () => void;
  readonly now: () => number;
}

const LIFT_AFTER_MS = 2500;
/** A little more than the server lets pass between two tellings of a pen that stays down. */
const AGAIN_AFTER_MS = 11_000;

export class PenSignal {
  private toldAt: number | undefined;
  private stopLift: (() => void) | undefined;

  constructor(private readonly host: PenSignalHost) {}

  is(down: boolean): void {
    if (down) this.down();
    else if (this.toldAt !== undefined && this.stopLift === undefined) {
      this.stopLift = this.host.later(() => this.lift(), LIFT_AFTER_MS);
    }
  }

  /** Up at once: the drawing was sent, or the page is out of sight. */
  lift(): void {
    if (this.toldAt !== undefined) this.host.tell(false);
    this.forget();
  }

  /** The connection went, and with it what was told. */
  forget(): void {
    this.stopLift?.();
    this.stopLift = undefined;
    this.toldAt = undefined;
  }

  private down(): void {
    this.stopLift?.();
    this.stopLift = undefined;
    const now = this.host.now();
    if (this.toldAt !== undefined && now - this.toldAt < AGAIN_AFTER_MS) return;
    if (this.host.tell(true)) this.toldAt = now;
  }
}

/** Whoever draws on is told again well within this. */
const FORGOTTEN_AFTER_MS = 40_000;

export class OtherPens {
  private readonly stops = new Map<string, () => void>();

  constructor(
    private readonly later: PenSignalHost["later"],
    private readonly changed: (user: string, down: boolean) => void,
  ) {}

  heard(user: string, down: boolean): void {
    this.stops.get(user)?.();
    this.stops.delete(user);
    this.changed(user, down);
    // Their phone may have gone where nobody hears of it.
    if (down)
      this.stops.set(
        user,
        this.later(() => this.heard(user, false), FORGOTTEN_AFTER_MS),
      );
  }

  /** Of the timers only: who shows the pens forgets them, too. */
  stop(): void {
    for (const stop of this.stops.values()) stop();
    this.stops.clear();
  }
}
