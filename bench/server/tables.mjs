/** The samples as tables in Markdown: medians, with the range in brackets. */
import { short, spread, table } from "../figures.mjs";
import { beforeAndAfter } from "./before_after.mjs";
import { memoryOf } from "./memory.mjs";
import { withBefore } from "./names.mjs";
import { workloads } from "./workloads.mjs";

const kib = 1024;
const cell = (values, unit) => (values.length === 0 ? "–" : spread(values, unit));

function workloadTable(samples, { key, contenders }) {
  const has = (name) => samples.of(key, name, "cpu_us").length > 0;
  const measured = withBefore(contenders).filter(has);
  if (measured.length === 0) return undefined;
  const counted = measured.some((name) => samples.of(key, name, "frames_per_call").length > 0);
  const rows = measured.map((name) => {
    const figure = (what, scale = 1) => samples.of(key, name, what).map((value) => value * scale);
    const ratio = (other) =>
      has(other) ? cell(samples.ratios([key, name, "cpu_us"], [key, other, "cpu_us"])) : "–";
    return [
      name,
      cell(figure("cpu_us")),
      ratio("send"),
      ratio("ws"),
      cell(figure("deliveries_s", 1 / 1000)),
      ...["p50_us", "p99_us", "p999_us"].map((what) => cell(figure(what, 1 / 1000))),
      ...(counted ? [cell(figure("frames_per_call"))] : []),
      cell(figure("server_share", 100)),
      cell(figure("generator_share", 100)),
    ];
  });
  const head = [
    "",
    "CPU a delivery, µs",
    "/ `send`",
    "/ ws",
    "deliveries a second, thousands",
    "p50, ms",
    "p99, ms",
    "p99.9, ms",
    ...(counted ? ["frames a call"] : []),
    "server's core, %",
    "generator's core, %",
  ];
  return table(head, rows);
}

/** How busy each shard was: shows whether both work. */
function shardShares(samples) {
  const lines = ["shards-rooms", "shards-crowd"].flatMap((key) => {
    const shares = samples.of(key, "colo, 2 shards, on both cores", "thread_shares");
    if (shares.length === 0) return [];
    const each = shares.map((all) =>
      all
        .slice(0, 2)
        .map((share) => `${short(share * 100)} %`)
        .join(" and "),
    );
    return [
      `Threads of the two shards on both cores, ${key.slice(7)}: ${each.join("; ")} of a core.`,
    ];
  });
  return lines.length === 0 ? undefined : lines.join("\n");
}

function memoryTable(samples) {
  const rows = withBefore(Object.keys(memoryOf))
    .filter((name) => samples.of("idle", name, "bytes").length > 0)
    .map((name) => {
      const inKib = (what) => cell(samples.of("idle", name, what).map((bytes) => bytes / kib));
      return [name, inKib("bytes"), inKib("session_bytes")];
    });
  if (rows.length === 0) return undefined;
  return table(["idle clients", "RSS a client, KiB", "RSS a session, KiB"], rows);
}

/** The headings and tables of everything that was measured. */
export function tables(samples) {
  const parts = workloads.map((one) => [one.title, workloadTable(samples, one)]);
  parts.push(
    ["Before and after", beforeAndAfter(samples) || undefined],
    ["Idle clients", memoryTable(samples)],
    ["Shards", shardShares(samples)],
  );
  return parts
    .filter(([, text]) => text !== undefined)
    .flatMap(([title, text]) => ["", `### ${title[0].toUpperCase()}${title.slice(1)}`, "", text])
    .join("\n");
}
