/** bench/README.md, which has the latest results. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const readme = fileURLToPath(new URL("README.md", import.meta.url));

/** Replaces the text between the two marks of this name. */
export function putBetween(name, text) {
  const [begin, end] = ["begin", "end"].map((what) => `<!-- ${name}: ${what} -->`);
  const page = readFileSync(readme, "utf8");
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${readme} lacks ${begin} … ${end}`);
  writeFileSync(readme, `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`);
}
