/**
 * Starts the Colo executable as whoever runs a server would, and ends it again.
 *
 * Every server gets a free port and, unless told otherwise, a fresh data folder
 * of its own. What was started is stopped and removed by the test context's
 * `after`, also when the test fails.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The executable under test. */
export const executable = resolve(repository, process.env.COLO_BIN ?? "build/release/server/colo");

/** Everything is to happen within this; only a broken or starved server takes longer. */
export const patience_ms = 10_000;

/** The sentence of `[limits]` that lets tests be as quick as they like. */
export const generousLimits = `[limits]
drawings_per_minute = 1000000
frames_per_second = 100000
registrations_per_hour = 1000000
sign_ins_per_minute = 1000000
connections_per_address = 100000
cpu_percent_per_person = 100000
`;

/** A saved and a temporary room, as without a file, and limits that do not bite. */
export const usualConfig = `${generousLimits}
[[room]]
id = "main-chat"
name = "Main Chat"

[[room]]
id = "scratch"
name = "Scratch"
persistent = false
`;

/** Rejects with `what` unless `promise` settles within `ms`. */
export async function within(promise, what, ms = patience_ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const said = typeof what === "function" ? what() : what;
      reject(new Error(`not within ${ms} ms: ${said}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const running = new Set();
const folders = new Set();

/** A folder that is gone when this process is, however it ends. */
export async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), "colo-"));
  folders.add(folder);
  return folder;
}

export async function removeFolder(folder) {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(folder);
}

/** A folder that is removed when the test is over. */
export async function temporaryFolder(context) {
  const folder = await newFolder();
  context.after(() => removeFolder(folder));
  return folder;
}

// A test runner that loses patience ends us; no server may outlive that.
function leaveNothingBehind() {
  for (const child of running) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.once("exit", leaveNothingBehind);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

function launch(args, { program = executable, under = [], env = {}, cwd, input } = {}) {
  const [command, ...rest] = [...under, program, ...args];
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  if (input !== undefined) child.stdin.on("error", () => {}).end(input); // it may not want it
  running.add(child);
  const run = { child, out: "", err: "", spoke: () => {} };
  for (const [stream, name] of [
    [child.stdout, "out"],
    [child.stderr, "err"],
  ]) {
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      run[name] += text;
      run.spoke();
    });
  }
  run.ended = new Promise((tell, fail) => {
    child.once("error", (error) => {
      running.delete(child);
      fail(new Error(`${program} cannot be started (COLO_BIN names another): ${error.message}`));
    });
    child.once("close", (code, signal) => {
      running.delete(child);
      tell({ code, signal });
    });
  });
  run.ended.catch(() => {}); // whoever waits for it hears of it
  return run;
}

/**
 * Runs the executable to its end, for what does not serve: --help, a broken config.
 * @param {string[]} args
 * @param {string} [input] what stands on its standard input; nothing without
 * @returns {Promise<{code: number | null, signal: string | null, out: string, err: string}>}
 */
export async function runColo(args, input) {
  const run = launch(args, { input });
  try {
    const ended = await within(run.ended, () => `colo ${args.join(" ")} ended: ${run.out}`);
    return { ...ended, out: run.out, err: run.err };
  } finally {
    run.child.kill("SIGKILL");
  }
}

/** A running server. `url` and `port` change when it is restarted. */
export class Colo {
  #run;
  #args;
  #setting;
  #earlier = "";
  #killed = false;

  constructor(data, args, setting) {
    this.data = data;
    this.#args = args;
    this.#setting = setting;
  }

  get pid() {
    return this.#run.child.pid;
  }

  /** All that was printed and logged so far, by every run. */
  output() {
    return this.#earlier + this.#run.out + this.#run.err;
  }

  /** Waits until what the server printed and logged matches. */
  async untilSaid(pattern) {
    const run = this.#run;
    let look;
    const said = new Promise((tell) => {
      look = () => {
        const found = pattern.exec(this.output());
        if (found) tell(found);
      };
    });
    run.spoke = look;
    look();
    return within(said, () => `the server said ${pattern}; it said:\n${this.output()}`);
  }

  async start(port = 0) {
    if (this.#run) this.#earlier = this.output();
    const run = launch(
      ["--host", "127.0.0.1", "--port", String(port), "--data", this.data, ...this.#args],
      this.#setting,
    );
    this.#run = run;
    this.#killed = false;
    const open = new Promise((tell, fail) => {
      run.spoke = () => {
        const found = /(https?):\/\/127\.0\.0\.1:(\d+)\s/.exec(run.out);
        if (found) tell({ scheme: found[1], port: Number(found[2]) });
      };
      run.ended.then(
        ({ code, signal }) =>
          fail(new Error(`colo ended (${signal ?? code}) before it was open:\n${run.err}`)),
        fail,
      );
    });
    open.catch(() => {}); // it may have been lost patience with
    let address;
    try {
      address = await within(open, () => `colo printed its address:\n${run.out}${run.err}`);
    } catch (error) {
      await this.kill();
      throw error;
    }
    this.port = address.port;
    this.url = `${address.scheme}://127.0.0.1:${this.port}`;
    return this;
  }

  /** Asks the server to stop and waits for it: {code, signal, ms}. */
  async stop(signal = "SIGTERM") {
    const asked = performance.now();
    this.#run.child.kill(signal);
    try {
      const ended = await within(this.#run.ended, () => `colo stopped:\n${this.output()}`);
      return { ...ended, ms: performance.now() - asked };
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** Ends the server as a power cut would, or a crash. */
  async kill(signal = "SIGKILL") {
    this.#killed = true;
    this.#run.child.kill(signal);
    return this.#run.ended;
  }

  /** How the last run ended, after stopping it if need be; one killed on purpose ended well. */
  async end() {
    if (this.#killed || !this.#run) return { code: 0, signal: null };
    return this.isRunning() ? this.stop() : this.#run.ended;
  }

  isRunning() {
    return running.has(this.#run.child);
  }

  /**
   * Stops (unless it was stopped or killed) and starts with the same data.
   * @param {{port?: number}} [how] the port to come back on; a free one without
   */
  async restart({ port = 0 } = {}) {
    if (this.isRunning()) await this.stop();
    return this.start(port);
  }
}

/**
 * Starts a server that ends with the test.
 *
 * @param {{after: (end: () => unknown) => void}} context a test's, or node:test itself
 * @param {{config?: string | null, data?: string, args?: string[], program?: string,
 *   under?: string[], env?: Record<string, string>, cwd?: string}} [options] `config` is the text of
 *   colo.toml, null for none; `data` a folder to use instead of a fresh one; `program` another
 *   executable; `under` a command to start it with, which becomes it
 */
export async function startColo(
  context,
  { config = usualConfig, data, args = [], ...setting } = {},
) {
  const folder = data ?? (await newFolder());
  if (config !== null) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "colo.toml"), config);
  }
  const colo = new Colo(folder, args, setting);
  context.after(async () => {
    try {
      const { code, signal } = await colo.end();
      // A crash, or a sanitizer's finding.
      if (code !== 0) throw new Error(`colo ended with ${signal ?? code}:\n${colo.output()}`);
    } finally {
      if (data === undefined) await removeFolder(folder);
    }
  });
  return colo.start();
}
