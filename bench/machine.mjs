/** The machine on which a measurement was made, as the lines of a Markdown list. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("..", import.meta.url));

function system() {
  if (!existsSync("/etc/os-release")) return os.type();
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"));
  return `${name?.[1] ?? os.type()}, kernel ${os.release().split(".", 2).join(".")}`;
}

function revision() {
  try {
    const git = (...args) =>
      execFileSync("git", ["-C", repository, ...args], { encoding: "utf8" }).trim();
    const changed = git("status", "--porcelain", "--", "client", "server", "protocol") !== "";
    return git("rev-parse", "--short", "HEAD") + (changed ? ", with changes" : "");
  } catch {
    return "unknown revision";
  }
}

/** @param {string} software versions of what takes part, for example the browser's version string */
export function machine(software) {
  const cpus = os.cpus();
  const memory = `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const busy = os.loadavg()[0];
  return {
    busy,
    text: [
      `- ${new Date().toISOString().slice(0, 10)}, Colo ${revision()}`,
      `- ${cpus[0]?.model.trim()}, ${cpus.length} cores, ${memory} of memory; no GPU is used`,
      `- ${system()}; ${software.replace("/", " ")}; Node.js ${process.versions.node}`,
      `- load (1 minute) when it began: ${busy.toFixed(2)}`,
    ].join("\n"),
  };
}
