/** The time from launching the executable until it accepts a connection. */
import net from "node:net";
import { Colo, newFolder, patience_ms, removeFolder } from "../e2e/harness/colo.mjs";
import { median, p95, short, spread, table, verdict } from "./figures.mjs";

const repetitions = 20;
/** The wait after a refused connection. */
const knock_ms = 1;

/** A port that was free a moment ago. */
function freePort() {
  return new Promise((resolve, reject) => {
    const listener = net.createServer();
    listener.once("error", reject);
    listener.listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

function knock(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
  });
}

async function untilOpen(port, began) {
  while (performance.now() - began < patience_ms) {
    if (await knock(port)) return performance.now() - began;
    await new Promise((done) => setTimeout(done, knock_ms));
  }
  throw new Error(`no server accepted a connection on port ${port}`);
}

/** @returns the ms from launch to the first accepted connection */
async function launched(data) {
  const port = await freePort();
  const colo = new Colo(data, []);
  const began = performance.now();
  const ready = colo.start(port);
  try {
    const [ms] = await Promise.all([untilOpen(port, began), ready]);
    return ms;
  } finally {
    await colo.stop();
  }
}

export async function measureLaunch() {
  const first = [];
  const again = [];
  for (let i = 0; i < repetitions; ++i) {
    const data = await newFolder();
    try {
      first.push(await launched(data));
      again.push(await launched(data));
    } finally {
      await removeFolder(data);
    }
  }
  const worse = Math.max(median(first), median(again));
  return {
    budgets: [
      {
        what: "start to listening (the slower of both folders, median)",
        found: `${short(worse)} ms`,
        bound: "≤ 100 ms, aim 20",
        verdict: verdict(worse, { must: 100, aim: 20, unit: "ms" }),
      },
    ],
    text: table(
      ["data folder", "launch to first connection", "p95"],
      [
        ["empty", spread(first, "ms"), `${short(p95(first))} ms`],
        ["of an earlier run", spread(again, "ms"), `${short(p95(again))} ms`],
      ],
    ),
  };
}
