/**
 * The Colo executable in a terminal of its own: a pseudo-terminal of util-linux's `script`.
 * What is written to `type` is typed there.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { executable, temporaryFolder, within } from "./colo.mjs";

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

/** Starts a server on a terminal; it ends with the test. */
export async function startOnTerminal(context, { args = [], env = {} } = {}) {
  const data = await temporaryFolder(context);
  const command = [executable, "--host", "127.0.0.1", "--port", "0", "--data", data, ...args];
  const child = spawn("script", ["-qefc", `exec ${command.map(quoted).join(" ")}`, "/dev/null"], {
    env: { ...process.env, TERM: "xterm-256color", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((tell) =>
    child.once("close", (code, signal) => tell({ code, signal })),
  );
  // Without its terminal Colo gets a SIGHUP.
  context.after(() => {
    child.kill("SIGKILL");
    return within(ended, "script ended");
  });
  child.stdin.on("error", () => {});
  const terminal = { data, ended, shown: "", type: (keys) => child.stdin.write(keys) };
  let spoke = () => {};
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text) => {
    terminal.shown += text;
    spoke();
  });
  terminal.untilShown = (pattern) => {
    const shown = new Promise((tell) => {
      spoke = () => {
        const found = pattern.exec(terminal.shown);
        if (found) tell(found);
      };
      spoke();
    });
    return within(shown, () => `the terminal showed ${pattern}; it showed:\n${terminal.shown}`);
  };
  terminal.port = Number((await terminal.untilShown(/http:\/\/127\.0\.0\.1:(\d+)\s/))[1]);
  terminal.url = `http://127.0.0.1:${terminal.port}`;
  await terminal.untilShown(/Ctrl-C/);
  terminal.pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"));
  return terminal;
}
