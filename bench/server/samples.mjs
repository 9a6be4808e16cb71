/** The results: one sample for each workload, contender and repetition. */
import { median } from "../figures.mjs";

export class Samples {
  constructor(list = []) {
    this.list = list;
  }

  add(sample) {
    this.list.push(sample);
  }

  /** One figure, in the order of the repetitions; empty if it was not measured. */
  of(workload, contender, figure) {
    return this.list
      .filter((one) => one.workload === workload && one.contender === contender)
      .sort((a, b) => a.repetition - b.repetition)
      .map((one) => one[figure])
      .filter((value) => value !== undefined);
  }

  /**
   * The first divided by the second within each repetition that has both; each argument is
   * [workload, contender, figure].
   */
  ratios([workload, contender, figure], [other_workload, other, other_figure]) {
    const divisors = new Map(
      this.list
        .filter((one) => one.workload === other_workload && one.contender === other)
        .map((one) => [one.repetition, one[other_figure]]),
    );
    return this.list
      .filter((one) => one.workload === workload && one.contender === contender)
      .sort((a, b) => a.repetition - b.repetition)
      .map((one) => one[figure] / divisors.get(one.repetition))
      .filter((ratio) => !Number.isNaN(ratio));
  }

  middle(workload, contender, figure) {
    const values = this.of(workload, contender, figure);
    return values.length === 0 ? undefined : median(values);
  }
}
