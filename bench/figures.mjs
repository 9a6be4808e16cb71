/** Statistics of repeated measurements, and their text. */

/** The `share` quantile of the values, interpolated linearly between neighbours. */
export function quantile(values, share) {
  if (values.length === 0) throw new Error("a quantile of no values");
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

export const median = (values) => quantile(values, 0.5);
export const p95 = (values) => quantile(values, 0.95);

/** Three significant digits, never an exponent. */
export function short(value) {
  if (value === 0 || Math.abs(value) >= 100) return String(Math.round(value));
  return Number(value.toPrecision(3)).toString();
}

/** The median of the repetitions, with their range in brackets. */
export function spread(values, unit = "") {
  const middle = `${short(median(values))}${unit && ` ${unit}`}`;
  if (values.length === 1) return middle;
  return `${middle} (${short(Math.min(...values))}–${short(Math.max(...values))})`;
}

/** "met", or by how much a bound is missed. A lower value is better, unless `atLeast` is set. */
export function verdict(value, { must, aim, atLeast = false, unit = "" }) {
  const within = (bound) => (atLeast ? value >= bound : value <= bound);
  const beside = (bound) => `${short(Math.abs(value - bound))}${unit && ` ${unit}`}`;
  const wrong = atLeast ? "too little" : "too much";
  if (!within(must)) return `**not met**: ${beside(must)} ${wrong}`;
  if (aim === undefined) return "met";
  return within(aim) ? "met, and the aim" : `met; ${beside(aim)} from the aim`;
}

/** A table in Markdown; each row is a list of cells. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
