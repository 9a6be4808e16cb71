// Owns where the feed stands: which lines are alive, the space that stands for
// the others, and scrollTop, which nobody else writes. What is in view stays
// where it is, whatever happens above it.
//
// The idea: `lag`. A line above that turns out taller, or thirty older ones, do
// not write scrollTop while a finger or its momentum moves the feed (iOS would
// stop dead). The difference is taken out of the space above instead, so that
// nothing visible moves, and settled with one write when the feed rests.
import { Heights, type Measured, type Span } from "./window";

/** Closer to the end than this counts as being there; less than what an opened card grows by. */
const AT_END_PX = 40;
/** So far beyond the view lines are alive. */
const AHEAD_PX = 1000;
/** With less above it than this, the feed cannot wait for rest. */
const TIGHT_PX = 500;
const REST_MS = 140;
/** Where a line is put that the feed opens at: a bit of what came before shows. */
const PEEK_PX = 72;
const MARGIN_PX = 12;
/** Below the last line. */
const FOOT_PX = 20;

export type Align = "start" | "center" | "nearest";

export interface ScrollerOptions {
  readonly box: HTMLElement;
  /** Its children are the alive lines, in order. */
  readonly list: HTMLElement;
  /** How tall line `index` will be in a feed of this width. */
  readonly guess: (index: number, width: number) => number;
  /** A line that says something of the feed's end, and moves with it. */
  readonly passing: (key: string) => boolean;
  /** These lines are to be alive. */
  readonly show: (span: Span) => void;
  /** The feed stands elsewhere, or there is more of it. */
  readonly moved: () => void;
}

export class Scroller {
  readonly heights = new Heights();
  private isAtEnd = true;
  private lag = 0;
  private width = 0;
  private viewHeight = 0;
  private span: Span = { first: 0, end: 0 };
  private alive: readonly number[] = [];
  private goal: { readonly key: string; readonly align: Align } | undefined;
  private wrote = -1;
  /** The fingers on the feed, by their numbers; one on the pad is none of them. */
  private readonly fingers = new Set<number>();
  private moving = false;
  private smooth = false;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private lookFrame = 0;
  private readonly sizes: ResizeObserver;
  private readonly observed = new Set<Element>();
  private readonly stops: readonly (() => void)[];

  constructor(private readonly options: ScrollerOptions) {
    const { box, list } = options;
    this.sizes = new ResizeObserver((entries) => this.resized(entries));
    this.sizes.observe(box);
    this.viewHeight = box.clientHeight;
    this.width = list.clientWidth;
    this.stops = [
      hear(box, "scroll", () => this.scrolled()),
      hear(box, "touchstart", (event) => this.touched(event)),
      hear(box, "wheel", () => {
        this.smooth = false;
      }),
    ];
  }

  stop(): void {
    this.sizes.disconnect();
    clearTimeout(this.restTimer);
    cancelAnimationFrame(this.lookFrame);
    for (const stop of this.stops) stop();
  }

  get atEnd(): boolean {
    return this.isAtEnd;
  }

  /** How much of the feed lies above the view. */
  get above(): number {
    return this.options.box.scrollTop + this.lag;
  }

  private get fromEnd(): number {
    const { box } = this.options;
    return box.scrollHeight - box.scrollTop - box.clientHeight;
  }

  private endsWith(found: readonly Measured[]): boolean {
    return found.some(([index]) => index === this.heights.count - 1);
  }

  /** What lies here is what one looks at, and stays where it is. */
  private get still(): number {
    return this.above + this.viewHeight / 4;
  }

  /** The lines that are there from now on; called before the page shows them. */
  setLines(keys: readonly string[]): void {
    const { passing } = this.options;
    const still = this.still;
    this.lag += this.heights.setLines(keys, this.guess, still, passing) - still;
    this.look();
  }

  /** The page shows these lines now; called before it is painted. */
  rendered(alive: readonly number[]): void {
    this.alive = alive;
    this.space();
    this.observe();
    const found: Measured[] = [];
    for (const [child, index] of this.children()) {
      if (!this.heights.isMeasured(index)) found.push([index, heightOf(child)]);
    }
    this.measured(found);
    if (this.goal !== undefined) this.goThere(this.goal);
    if (!this.look()) this.goal = undefined;
    this.options.moved();
  }

  /** Stays at the end from now on. */
  toEnd(): void {
    this.goal = undefined;
    this.smooth = false;
    this.isAtEnd = true;
    this.look();
    this.place();
  }

  /** Goes there as a person would scroll; from far away, only the last bit of it. */
  glideToEnd(): void {
    const { box } = this.options;
    const top = box.scrollHeight - box.clientHeight;
    if (top - box.scrollTop > 3 * this.viewHeight) {
      this.write(top - 2 * this.viewHeight);
      this.look();
    }
    // From now on, so that nothing we write stops it; rest comes if it never begins.
    this.smooth = true;
    this.moving = true;
    this.awaitRest();
    box.scrollTo({ top: box.scrollHeight, behavior: "smooth" });
  }

  /** Brings a line into view, and its neighbours to life. */
  go(key: string, align: Align): boolean {
    const index = this.heights.indexOf(key);
    if (index < 0) return false;
    this.smooth = false;
    const top = this.heights.top(index);
    const from = this.above;
    const whole = top >= from && this.heights.bottom(index) <= from + this.viewHeight;
    if (align === "nearest" && whole) return true;
    const goal = { key, align };
    this.goal = goal;
    const others = this.look();
    this.goThere(goal);
    if (!others) this.goal = undefined;
    return true;
  }

  private readonly guess = (index: number): number => this.options.guess(index, this.width);

  private scrolled(): void {
    const { box } = this.options;
    // Our own writes are no movement of the person's.
    if (Math.abs(box.scrollTop - this.wrote) >= 1) {
      this.moving = true;
      this.wrote = -1;
      this.awaitRest();
    }
    this.isAtEnd = this.fromEnd < AT_END_PX;
    if (this.lag > 0 && box.scrollTop < TIGHT_PX) this.settle();
    this.look();
    this.options.moved();
  }

  /** The end is heard where the touch began: that card may be gone from the page by then. */
  private touched({ touches, changedTouches }: TouchEvent): void {
    this.smooth = false;
    const there = Array.from(touches, (one) => one.identifier);
    for (const finger of this.fingers) if (!there.includes(finger)) this.fingers.delete(finger);
    for (const { identifier, target } of Array.from(changedTouches)) {
      if (!(target instanceof Element) || !this.options.box.contains(target)) continue;
      this.fingers.add(identifier);
      const ended = (event: Event) => {
        if (!(event instanceof TouchEvent)) return;
        if (Array.from(event.changedTouches).every((one) => one.identifier !== identifier)) return;
        target.removeEventListener("touchend", ended);
        target.removeEventListener("touchcancel", ended);
        this.fingers.delete(identifier);
        this.awaitRest();
      };
      target.addEventListener("touchend", ended);
      target.addEventListener("touchcancel", ended);
    }
  }

  private awaitRest(): void {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.moving = false;
      if (this.smooth) this.toEnd();
      else if (this.fingers.size === 0) this.settle();
    }, REST_MS);
  }

  /** Decides which lines are alive; true when those are others than before. */
  private look(): boolean {
    const { heights, viewHeight, lag } = this;
    const y = this.target();
    const ahead = Math.max(AHEAD_PX, viewHeight);
    const wanted = heights.span(y - ahead, y + viewHeight + ahead);
    const { end } = wanted;
    let { first } = wanted;
    // There is no place yet for what lies above the beginning of the scrollable part.
    if (lag > 0 && !this.isAtEnd && this.goal === undefined) {
      while (first < end && heights.top(first) < lag) first++;
    }
    first = Math.min(first, heights.at(y));
    if (first === this.span.first && end === this.span.end) return false;
    this.span = { first, end };
    this.options.show(this.span);
    return true;
  }

  /** Where the view is, or is about to be. */
  private target(): number {
    if (this.goal !== undefined) return this.goalTop(this.goal);
    if (this.isAtEnd) return Math.max(0, this.heights.total - this.viewHeight);
    return this.above;
  }

  private goalTop({ key, align }: { key: string; align: Align }): number {
    const index = this.heights.indexOf(key);
    const top = this.heights.top(index);
    const height = this.heights.height(index);
    const spare = this.viewHeight - height;
    const nearest = top < this.above ? top - MARGIN_PX : top - Math.max(MARGIN_PX, spare);
    const wanted = { start: top - PEEK_PX, center: top - Math.max(MARGIN_PX, spare / 2), nearest };
    const most = this.heights.total + FOOT_PX - this.viewHeight;
    return Math.max(0, Math.min(wanted[align], most));
  }

  private goThere(goal: { key: string; align: Align }): void {
    const y = this.goalTop(goal);
    const { total } = this.heights;
    this.isAtEnd = total + FOOT_PX - y - this.viewHeight < AT_END_PX;
    this.lag = 0;
    this.space();
    this.write(y);
  }

  private measured(found: readonly Measured[]): void {
    const still = this.still;
    this.lag += this.heights.measure(found, still) - still;
    this.place();
  }

  /** Makes the page agree with the heights. */
  private place(): void {
    if (this.isAtEnd && this.goal === undefined) {
      this.lag = 0;
      this.space();
      const { box } = this.options;
      const end = box.scrollHeight - box.clientHeight;
      if (Math.abs(end - box.scrollTop) >= 1) this.write(end);
      return;
    }
    const first = this.alive[0];
    const tight = first !== undefined && this.heights.top(first) < this.lag;
    if (tight || !(this.moving || this.fingers.size > 0)) this.settle();
    else this.space();
  }

  /** The one write that makes up for what changed above. */
  private settle(): void {
    const wanted = this.above;
    const due = Math.abs(this.lag) >= 1;
    if (due) this.lag = 0;
    this.space();
    if (due) {
      this.write(wanted);
      // Browsers round: the rest of a pixel stays for the next time.
      const rest = wanted - this.options.box.scrollTop;
      this.lag = Math.abs(rest) < 1 ? rest : 0;
    }
    this.look();
  }

  private write(top: number): void {
    const { box } = this.options;
    box.scrollTop = top;
    this.wrote = box.scrollTop;
  }

  /** Writes the space that stands for the lines that are not alive. */
  private space(): void {
    const { heights } = this;
    let filled = Math.min(this.lag, heights.top(this.alive[0] ?? 0));
    for (const [child, index] of this.children()) {
      setPx(child, "marginTop", heights.top(index) - filled);
      filled = heights.bottom(index);
    }
    // Also holds the place while lines come and go: a feed that is shorter for a
    // moment would be scrolled back by the browser.
    setPx(this.options.list, "minHeight", heights.total - this.lag + FOOT_PX);
  }

  private *children(): Generator<[HTMLElement, number]> {
    let i = 0;
    for (const child of this.options.list.children) {
      const index = this.alive[i++];
      if (child instanceof HTMLElement && index !== undefined) yield [child, index];
    }
  }

  private observe(): void {
    for (const old of this.observed) {
      if (old.parentNode === this.options.list) continue;
      this.sizes.unobserve(old);
      this.observed.delete(old);
    }
    for (const [child] of this.children()) {
      if (this.observed.has(child)) continue;
      this.observed.add(child);
      this.sizes.observe(child);
    }
  }

  private resized(entries: readonly ResizeObserverEntry[]): void {
    const { box, list } = this.options;
    const width = list.clientWidth;
    const changed = new Set(entries.map((entry) => entry.target));
    if (changed.has(box)) this.viewHeight = box.clientHeight;
    if (this.viewHeight === 0 || width === 0) return; // not shown at all
    if (width !== this.width) {
      this.width = width;
      const still = this.still;
      this.lag += this.heights.forget(this.guess, still) - still;
    }
    const found: Measured[] = [];
    for (const [child, index] of this.children()) {
      if (!changed.has(child) && this.heights.isMeasured(index)) continue;
      const height = heightOf(child);
      if (height !== this.heights.height(index)) found.push([index, height]);
    }
    // A card that opens somewhere above pushes the end away from who is there.
    const above = found.length > 0 && !changed.has(box) && !this.endsWith(found);
    if (above) this.isAtEnd = false;
    this.measured(found);
    if (above) this.isAtEnd = this.fromEnd < AT_END_PX;
    // Other lines come with the next frame: here they would be observed too late.
    cancelAnimationFrame(this.lookFrame);
    this.lookFrame = requestAnimationFrame(() => {
      this.look();
      this.options.moved();
    });
  }
}

function heightOf(element: Element): number {
  return element.getBoundingClientRect().height;
}

function setPx(element: HTMLElement, property: "marginTop" | "minHeight", px: number): void {
  const value = `${Math.round(px * 100) / 100}px`;
  if (element.style[property] !== value) element.style[property] = value;
}

function hear<Type extends keyof HTMLElementEventMap>(
  target: HTMLElement,
  type: Type,
  listener: (event: HTMLElementEventMap[Type]) => void,
): () => void {
  target.addEventListener(type, listener, { passive: true });
  return () => target.removeEventListener(type, listener);
}
