/**
 * How many frames a server hands the kernel with one call, counted by the kernel's trace points
 * (`perf stat`) in a run of its own, for counting costs time.
 */
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { checked, enter } from "./measure.mjs";

/** All by which a socket can be written to. */
const calls = ["write", "writev", "sendto", "sendmsg", "sendmmsg", "io_uring_enter"];
const times = { warm_s: 1, seconds: 3 };
/** Counted in the middle of the run. */
const counted = { after_ms: 1500, seconds: 2 };

function countCalls(pids) {
  const events = calls.map((call) => `syscalls:sys_enter_${call}`).join(",");
  const args = ["stat", "-x", ",", "-e", events, "-p", pids.join(","), "--"];
  const child = spawn("perf", [...args, "sleep", String(counted.seconds)]);
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    told += text;
  });
  return new Promise((tell, fail) => {
    child.once("error", fail);
    child.once("close", () => {
      const counts = told.split("\n").filter((line) => /syscalls:sys_enter/.test(line));
      const sum = counts.reduce((all, line) => all + Number(line.split(",")[0]), 0);
      if (sum > 0) tell(sum / counted.seconds);
      else fail(new Error(`perf counts no system calls (it wants root): ${told.trim()}`));
    });
  });
}

/** Messages handed over with each call that writes. */
export async function framesPerCall(contender, workload, drawings) {
  const generator = await enter(contender, workload, drawings);
  try {
    const run = generator.run(workload.how, times, contender.pids);
    run.catch(() => {}); // told below, when perf was not the first to fail
    await pause(counted.after_ms);
    const calls_s = await countCalls(contender.pids);
    const found = checked(await run, `${contender.name}, counted`);
    return found.deliveries / found.seconds / calls_s;
  } finally {
    await generator.end();
  }
}
