/** Drives build/bench/load, the generator: one process of it for each measured run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { within } from "../../e2e/harness/colo.mjs";
import { onCore } from "./cores.mjs";

const program = fileURLToPath(new URL("../../build/bench/load", import.meta.url));
/** All phones are in within this, also 10,000 of them on a slow server. */
const entrance_s = 60;

/** Bytes as the generator reads them; a dash is none. */
export const hex = (bytes) => (bytes?.length ? Buffer.from(bytes).toString("hex") : "-");

export class Generator {
  #child;
  #answers;
  #err = "";

  /** `yields`: it lets another one go first, whose times it must not lengthen. */
  constructor({ yields = false } = {}) {
    const manners = yields ? ["nice", "-n", "19"] : [];
    const [command, ...args] = [...manners, ...onCore("generator"), program];
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdin.on("error", () => {}); // its end is told below
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#err += text;
    });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.closed = once(this.#child, "close");
  }

  async say(line) {
    if (!this.#child.stdin.write(`${line}\n`))
      await Promise.race([once(this.#child.stdin, "drain"), this.closed]);
  }

  /** The next line of JSON. */
  async #answer(patience_s) {
    const { value, done } = await within(
      this.#answers.next(),
      `the generator answered; it said: ${this.#err}`,
      patience_s * 1000,
    );
    if (done) {
      await this.closed;
      throw new Error(`the generator ended: ${this.#err.trim()}`);
    }
    return JSON.parse(value);
  }

  /**
   * Says what each phone has to do to get in, and waits until all are.
   * @param {AsyncIterable<{room: number, port: number, path: string, protocol?: string,
   *   ready?: Buffer, told?: Buffer, beat?: string, answer?: string, frames?: Buffer}>} openings
   */
  async enter(openings) {
    for await (const one of openings)
      await this.say(
        ["phone", one.room, one.port, one.path, one.protocol ?? "-"]
          .concat([hex(one.ready), hex(one.told), hex(one.beat), hex(one.answer), hex(one.frames)])
          .join(" "),
      );
    await this.say(`await ${entrance_s}`);
    return this.#answer(entrance_s * 2);
  }

  /** One run; `how` is "window 16", "rate 2000". */
  async run(how, { warm_s, seconds }, pids) {
    await this.say(`pids ${pids.join(" ")}`);
    await this.say(`${how} ${warm_s} ${seconds}`);
    return this.#answer(warm_s + seconds + 60);
  }

  /** Hangs up all phones. */
  async end() {
    this.#child.stdin.end();
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await this.closed;
    clearTimeout(killer);
  }
}
