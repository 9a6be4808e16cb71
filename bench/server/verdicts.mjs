/** The budgets of the fan-out, and whether the medians of the repetitions meet them. */
import { median, spread, table, verdict } from "../figures.mjs";

const against =
  (workload, other, figure = "cpu_us") =>
  (samples) =>
    samples.ratios([workload, "colo", figure], [workload, other, figure]);

const in_crowd = "1000 clients, one in flight";
const full = "window 16";
const kib = 1024;

const budgets = [
  {
    what: `CPU per delivery, ${in_crowd}, against the \`send\` floor`,
    found: against("crowd-1000-1", "send"),
    bound: { must: 1.3, aim: 0.8 },
  },
  ...[
    ["ws", 1 / 8, "1/8"],
    ["nchan", 1 / 3, "1/3"],
    ["socket.io", 1 / 15, "1/15"],
  ].flatMap(([peer, must, words]) =>
    [1000, 5000].map((clients) => ({
      what: `CPU per delivery, ${clients} clients, ${full}, against ${peer}`,
      found: against(`crowd-${clients}-16`, peer),
      bound: { must },
      words: `≤ ${words} (${must.toFixed(3)})`,
    })),
  ),
  {
    what: `frames per system call, 1000 clients, ${full}`,
    found: (samples) => samples.of("crowd-1000-16", "colo", "frames_per_call"),
    bound: { must: 10, atLeast: true },
  },
  {
    what: "CPU per delivery, 100 rooms of 10 at 2000/s, against ws",
    found: against("rooms", "ws"),
    bound: { must: 0.75 },
  },
  {
    what: "CPU per drawing, saved rooms at 2000/s, against temporary ones",
    found: (samples) =>
      samples.ratios(
        ["rooms", "colo, saved", "cpu_us_published"],
        ["rooms", "colo", "cpu_us_published"],
      ),
    bound: { must: 2 },
  },
  ...["on the list of rooms", "in a room"].map((where) => ({
    what: `RSS per idle client, ${where}, KiB`,
    found: (samples) => samples.of("idle", `colo, ${where}`, "bytes").map((bytes) => bytes / kib),
    bound: { must: 8, aim: 3 },
  })),
  ...["on the list of rooms", "in a room"].map((where) => ({
    what: `RSS per idle client under TLS, ${where}, KiB`,
    found: (samples) =>
      samples.of("idle", `colo, TLS, ${where}`, "bytes").map((bytes) => bytes / kib),
    bound: { must: 24, aim: 12 },
  })),
  ...[
    ["crowd-1000-1", in_crowd],
    ["crowd-1000-16", `1000 clients, ${full}`],
  ].map(([key, words]) => ({
    what: `CPU per delivery under TLS, ${words}, against plain`,
    found: (samples) => samples.ratios([key, "colo, TLS", "cpu_us"], [key, "colo", "cpu_us"]),
    words: "–",
  })),
  {
    what: "p99 of the others while 1 % read nothing, against none",
    found: (samples) =>
      samples.ratios(["some-stall", "colo", "p99_us"], ["all-read", "colo", "p99_us"]),
    bound: { must: 1.25 },
  },
  {
    what: "p99 of a room of 10 while somebody floods a room of 1000, against none",
    found: (samples) => samples.ratios(["flooded", "colo", "p99_us"], ["quiet", "colo", "p99_us"]),
    words: "–",
  },
  ...[
    { where: ", on both cores", words_where: "on both cores", bound: { must: 1.15 } },
    // No budget: it is only shown beside the others.
    { where: "", words_where: "on one core", words: "–" },
  ].flatMap(({ where, words_where, ...budget }) =>
    ["rooms", "crowd"].map((load) => ({
      what: `CPU per delivery, two shards (${words_where}) against one, ${load === "rooms" ? "100 rooms of 10" : "1000 clients in a room"}`,
      found: (samples) =>
        samples.ratios(
          [`shards-${load}`, `colo, 2 shards${where}`, "cpu_us"],
          [`shards-${load}`, `colo${where}`, "cpu_us"],
        ),
      ...budget,
    })),
  ),
];

function boundText({ must, aim, atLeast }) {
  return `${atLeast ? "≥" : "≤"} ${must}${aim === undefined ? "" : `, aim ${aim}`}`;
}

export function verdicts(samples) {
  const rows = budgets.map(({ what, found, bound, words }) => {
    const values = found(samples);
    const must = words ?? boundText(bound);
    if (values.length === 0) return [what, "–", must, "not measured"];
    return [what, spread(values), must, bound ? verdict(median(values), bound) : "no budget"];
  });
  return table(["figure", "found", "must", ""], rows);
}
