// The heights of the feed's lines: measured once they were shown, guessed until
// then, kept by key. Answers where each line is and which lines a stretch of
// the feed shows. Pure; a look is a binary search, a change costs one addition
// for each line below it.

/** The lines from `first` up to, not including, `end`. */
export interface Span {
  readonly first: number;
  readonly end: number;
}

export type Measured = readonly [index: number, height: number];

/** Less than this is how differently a browser rounds, and no change. */
const SAME_PX = 0.1;

export class Heights {
  private keys: readonly string[] = [];
  private heights = new Float64Array(0);
  /** tops[i] is where line i begins, tops[count] where the last one ends. */
  private tops = new Float64Array(1);
  private readonly known = new Map<string, number>();

  get count(): number {
    return this.keys.length;
  }

  get total(): number {
    return this.top(this.count);
  }

  top(index: number): number {
    return this.tops[index] ?? 0;
  }

  bottom(index: number): number {
    return this.top(index + 1);
  }

  height(index: number): number {
    return this.heights[index] ?? 0;
  }

  indexOf(key: string): number {
    return this.keys.indexOf(key);
  }

  isMeasured(index: number): boolean {
    return this.known.has(this.keys[index] ?? "");
  }

  /** The line that covers `y`; the first or last one for what lies outside. */
  at(y: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The lines of which something lies between `from` and `to`. */
  span(from: number, to: number): Span {
    if (this.count === 0) return { first: 0, end: 0 };
    return { first: this.at(from), end: this.at(to) + 1 };
  }

  /**
   * Other lines. Gives where that which stood at `y` stands now: the line there,
   * or else the nearest one that is still there. `passing` lines hold nothing.
   */
  setLines(
    keys: readonly string[],
    guess: (index: number) => number,
    y: number,
    passing: (key: string) => boolean = () => false,
  ): number {
    const indexOf = new Map(keys.map((key, index) => [key, index]));
    const anchor = this.survivor(this.at(y), (key) => indexOf.has(key) && !passing(key));
    const before = anchor === undefined ? 0 : this.top(anchor);
    const now = anchor === undefined ? undefined : indexOf.get(this.keys[anchor] ?? "");
    this.keys = keys;
    this.prune(indexOf);
    this.heights = Float64Array.from(keys, (key, index) => this.known.get(key) ?? guess(index));
    this.tops = new Float64Array(keys.length + 1);
    this.sumFrom(0);
    return now === undefined ? y : y + this.top(now) - before;
  }

  /** Heights as they turned out. Gives where that which stood at `y` stands now. */
  measure(found: readonly Measured[], y: number): number {
    const anchor = this.at(y);
    const before = this.top(anchor);
    let lowest = this.count;
    for (const [index, height] of found) {
      const key = this.keys[index];
      if (key === undefined) continue;
      this.known.set(key, height);
      if (Math.abs(this.height(index) - height) < SAME_PX) continue;
      this.heights[index] = height;
      lowest = Math.min(lowest, index);
    }
    if (lowest === this.count) return y;
    this.sumFrom(lowest);
    return y + this.top(anchor) - before;
  }

  /**
   * Another width: every height is a guess again. Gives where that which stood
   * at `y` stands now, as deep in its line as before.
   */
  forget(guess: (index: number) => number, y: number): number {
    const anchor = this.at(y);
    const depth = (y - this.top(anchor)) / Math.max(1, this.height(anchor));
    this.known.clear();
    this.heights = Float64Array.from(this.keys, (_, index) => guess(index));
    this.sumFrom(0);
    return this.top(anchor) + depth * this.height(anchor);
  }

  private survivor(from: number, lives: (key: string) => boolean): number | undefined {
    for (let i = from; i < this.count; i++) if (lives(this.keys[i] ?? "")) return i;
    for (let i = from - 1; i >= 0; i--) if (lives(this.keys[i] ?? "")) return i;
    return undefined;
  }

  private prune(living: ReadonlyMap<string, number>): void {
    if (this.known.size < 2 * living.size + 100) return;
    for (const key of this.known.keys()) if (!living.has(key)) this.known.delete(key);
  }

  private sumFrom(index: number): void {
    const { heights, tops } = this;
    for (let i = index; i < heights.length; i++) tops[i + 1] = (tops[i] ?? 0) + (heights[i] ?? 0);
  }
}
