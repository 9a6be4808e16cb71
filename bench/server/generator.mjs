/** Drives build/bench/load, the load generator; each run has a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { within } from "../../e2e/harness/colo.mjs";
import { onCore } from "./cores.mjs";

const program = fileURLToPath(new URL("../../build/bench/load", import.meta.url));
/** Time for all clients to enter; 10,000 of them take long on a slow server. */
const entry_s = 60;

/** Bytes as the generator reads them; a dash means empty. */
export const hex = (bytes) => (bytes?.length ? Buffer.from(bytes).toString("hex") : "-");

export class Generator {
  #child;
  #answers;
  #err = "";

  /** `yields`: runs at a low priority, so that it does not delay another generator. */
  constructor({ yields = false } = {}) {
    const priority = yields ? ["nice", "-n", "19"] : [];
    const [command, ...args] = [...priority, ...onCore("generator"), program];
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdin.on("error", () => {}); // #answer() reports that the process ended
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#err += text;
    });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.closed = once(this.#child, "close");
  }

  async command(line) {
    if (!this.#child.stdin.write(`${line}\n`))
      await Promise.race([once(this.#child.stdin, "drain"), this.closed]);
  }

  /** The next line of JSON. */
  async #answer(patience_s) {
    const { value, done } = await within(
      this.#answers.next(),
      () => `the generator answered; its errors: ${this.#err}`,
      patience_s * 1000,
    );
    if (done) {
      await this.closed;
      throw new Error(`the generator ended: ${this.#err.trim()}`);
    }
    return JSON.parse(value);
  }

  /**
   * Connects the clients and waits until all have entered.
   * @param {AsyncIterable<{room: number, scheme?: "ws" | "wss", port: number, path: string,
   *   protocol?: string, ready?: Buffer, message?: Buffer, ping?: string, pong?: string,
   *   frames?: Buffer}>} openings what each client has to do
   */
  async enter(openings) {
    for await (const one of openings)
      await this.command(
        ["client", one.room, one.scheme ?? "ws", one.port, one.path, one.protocol ?? "-"]
          .concat([one.ready, one.message, one.ping, one.pong, one.frames].map(hex))
          .join(" "),
      );
    await this.command(`await ${entry_s}`);
    return this.#answer(entry_s * 2);
  }

  /** One run; `how` is "window 16" or "rate 2000", for example. */
  async run(how, { warm_s, seconds }, pids) {
    await this.command(`pids ${pids.join(" ")}`);
    await this.command(`${how} ${warm_s} ${seconds}`);
    return this.#answer(warm_s + seconds + 60);
  }

  /** Closes all connections and ends the process. */
  async end() {
    this.#child.stdin.end();
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await this.closed;
    clearTimeout(killer);
  }
}
