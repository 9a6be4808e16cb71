/**
 * The older executable (COLO_BIN_BEFORE) beside the newer one, measured in turns in one run.
 * Each ratio is after / before within a repetition; the table has the median and the range.
 */
import { median, spread, table, verdict } from "../figures.mjs";
import { memoryOf } from "./memory.mjs";
import { beforeName } from "./names.mjs";
import { workloads } from "./workloads.mjs";

/** Accepted growth of CPU time per delivery and of memory. */
const bound = { must: 1.05 };

const figuresOf = (samples, workload, name) => {
  const ratios = (figure) =>
    samples.ratios([workload, name, figure], [workload, beforeName(name), figure]);
  const cell = (values, unit) => (values.length === 0 ? "–" : spread(values, unit));
  return { ratios, ratio: (figure) => cell(ratios(figure)), cell };
};

const measuredBefore = (samples, workload, name, figure) =>
  samples.of(workload, beforeName(name), figure).length > 0 &&
  samples.of(workload, name, figure).length > 0;

function loadRows(samples) {
  return workloads.flatMap(({ key, contenders }) =>
    contenders
      .filter((name) => measuredBefore(samples, key, name, "cpu_us"))
      .map((name) => {
        const { ratios, ratio, cell } = figuresOf(samples, key, name);
        return [
          `\`${key}\``,
          name,
          cell(samples.of(key, beforeName(name), "cpu_us")),
          cell(samples.of(key, name, "cpu_us")),
          ...["cpu_us", "deliveries_s", "p50_us", "p99_us"].map(ratio),
          verdict(median(ratios("cpu_us")), bound),
        ];
      }),
  );
}

function memoryRows(samples) {
  return Object.keys(memoryOf)
    .filter((name) => measuredBefore(samples, "idle", name, "bytes"))
    .map((name) => {
      const { ratios, ratio, cell } = figuresOf(samples, "idle", name);
      const kib = (contender) => samples.of("idle", contender, "bytes").map((b) => b / 1024);
      return [
        name,
        cell(kib(beforeName(name))),
        cell(kib(name)),
        ratio("bytes"),
        verdict(median(ratios("bytes")), bound),
      ];
    });
}

/** Tables in Markdown, one for the workloads and one for idle clients; those that have rows. */
export function beforeAndAfter(samples) {
  const words = `≤ ${bound.must}`;
  const loads = loadRows(samples);
  const memory = memoryRows(samples);
  const cpu_head = ["CPU a delivery before, µs", "after, µs"];
  const ratio_head = ["CPU", "deliveries a second", "p50", "p99"].map((what) => `${what}, ratio`);
  const memory_head = ["idle clients", "RSS a client before, KiB", "after, KiB", "ratio"];
  return [
    ...(loads.length > 0
      ? [table(["workload", "", ...cpu_head, ...ratio_head, `CPU ${words}`], loads)]
      : []),
    ...(memory.length > 0 ? [table([...memory_head, words], memory)] : []),
  ].join("\n\n");
}
