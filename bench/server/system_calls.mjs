/**
 * How many frames a server passes to the kernel with one system call. The kernel's trace points
 * count the calls (`perf stat`) in a run of its own, because counting takes CPU time.
 */
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { checked, enter } from "./measure.mjs";

/** All system calls that write to a socket. */
const calls = ["write", "writev", "sendto", "sendmsg", "sendmmsg", "io_uring_enter"];
const times = { warm_s: 1, seconds: 3 };
/** The part of the run in which calls are counted. */
const counted = { after_ms: 1500, seconds: 2 };

function countCalls(pids) {
  const events = calls.map((call) => `syscalls:sys_enter_${call}`).join(",");
  const args = ["stat", "-x", ",", "-e", events, "-p", pids.join(","), "--"];
  const child = spawn("perf", [...args, "sleep", String(counted.seconds)]);
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      const counts = output.split("\n").filter((line) => /syscalls:sys_enter/.test(line));
      const sum = counts.reduce((all, line) => all + Number(line.split(",")[0]), 0);
      if (sum > 0) resolve(sum / counted.seconds);
      else reject(new Error(`perf counts no system calls (it needs root): ${output.trim()}`));
    });
  });
}

/** Messages per system call that writes. */
export async function framesPerCall(contender, workload, drawings) {
  const generator = await enter(contender, workload, drawings);
  try {
    const run = generator.run(workload.how, times, contender.pids);
    run.catch(() => {}); // awaited below, unless perf fails first
    await pause(counted.after_ms);
    const calls_s = await countCalls(contender.pids);
    const result = checked(await run, `${contender.name}, counted`);
    return result.deliveries / result.seconds / calls_s;
  } finally {
    await generator.end();
  }
}
