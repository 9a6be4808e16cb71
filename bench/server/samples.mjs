/** What was found: one sample for each workload, contender and repetition. */
import { median } from "../figures.mjs";

export class Samples {
  constructor(list = []) {
    this.list = list;
  }

  add(sample) {
    this.list.push(sample);
  }

  /** A figure of each repetition, in their order; empty where it was not measured. */
  of(workload, contender, figure) {
    return this.list
      .filter((one) => one.workload === workload && one.contender === contender)
      .sort((a, b) => a.repetition - b.repetition)
      .map((one) => one[figure])
      .filter((value) => value !== undefined);
  }

  /** One divided by the other, repetition by repetition; each is [workload, contender, figure]. */
  ratios(one, other) {
    const below = this.of(...other);
    return this.of(...one)
      .slice(0, below.length)
      .map((value, i) => value / below[i]);
  }

  middle(workload, contender, figure) {
    const values = this.of(workload, contender, figure);
    return values.length === 0 ? undefined : median(values);
  }
}
