/** Lighthouse's scores of the sign-in page, with its mobile preset. */
import lighthouse from "lighthouse";
import { startChromium } from "./chromium.mjs";
import { median, short, spread, table, verdict } from "./figures.mjs";

const budgets = { performance: 0.95, accessibility: 1, "best-practices": 1 };
const timings = {
  "first-contentful-paint": "first contentful paint",
  "largest-contentful-paint": "largest contentful paint",
  "total-blocking-time": "total blocking time",
};

/** One run in a browser of its own, with Lighthouse's mobile preset, which is its default. */
async function audited(url) {
  const ends = [];
  try {
    const browser = await startChromium({ after: (end) => ends.unshift(end) });
    const { port } = new URL(browser.wsEndpoint());
    const result = await lighthouse(url, {
      port: Number(port),
      logLevel: "error",
      output: "json",
      onlyCategories: Object.keys(budgets),
    });
    if (result === undefined || result.lhr.runtimeError)
      throw new Error(`Lighthouse: ${result?.lhr.runtimeError?.message ?? "no result"}`);
    return result.lhr;
  } finally {
    for (const end of ends) await end();
  }
}

/** The audits that lower a score, by category. */
function complaints(lhr) {
  return Object.keys(budgets).flatMap((name) =>
    lhr.categories[name].auditRefs
      .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
      .map(({ id }) => `${name}: ${lhr.audits[id].title}`),
  );
}

export async function measureLighthouse(url, repetitions) {
  const runs = [];
  for (let i = 0; i < repetitions; ++i) runs.push(await audited(url));
  const scores = (name) => runs.map((lhr) => lhr.categories[name].score);
  const found = [...new Set(runs.flatMap(complaints))];
  return {
    budgets: Object.entries(budgets).map(([name, must]) => ({
      what: `Lighthouse ${runs[0].lighthouseVersion}: ${name}`,
      found: short(median(scores(name))),
      bound: `≥ ${must}`,
      verdict: verdict(median(scores(name)), { must, atLeast: true }),
    })),
    text: [
      table(
        ["sign-in page, mobile preset", "found"],
        [
          ...Object.keys(budgets).map((name) => [name, spread(scores(name))]),
          ...Object.entries(timings).map(([id, name]) => [
            name,
            spread(
              runs.map((lhr) => lhr.audits[id].numericValue),
              "ms",
            ),
          ]),
        ],
      ),
      found.length === 0
        ? "No audit of these categories cost points."
        : `Audits below 0.9 in some run: ${found.join("; ")}.`,
    ].join("\n\n"),
  };
}
