/** Starts servers on the server's core, and reads their figures from the kernel. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { within } from "../../e2e/harness/colo.mjs";
import { onCore } from "./cores.mjs";

const started = new Set();
process.once("exit", () => {
  // The worker of nginx survives when its master is killed.
  for (const child of started)
    for (const pid of [...childrenOf(child.pid), child.pid]) process.kill(Number(pid), "SIGKILL");
});

/** Starts a server; it ends with the context. */
export function startProcess(context, command, env = {}) {
  const [program, ...args] = [...onCore("server"), ...command];
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.add(child);
  const ended = new Promise((resolve) => child.once("close", resolve));
  context.after(async () => {
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(killer);
    started.delete(child);
  });
  return child;
}

/** The port of a server that prints "port N" when it listens. */
export async function printedPort(child, name) {
  const lines = createInterface({ input: child.stdout });
  const port = new Promise((resolve, reject) => {
    lines.on("line", (line) => line.startsWith("port ") && resolve(Number(line.slice(5))));
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  return within(port, `${name} printed its port`);
}

/** The children of this process. */
export const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);

/** Resident memory of these processes together, in bytes. */
export function residentBytes(pids) {
  const kib = (pid) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
  return pids.reduce((sum, pid) => sum + kib(pid) * 1024, 0);
}
