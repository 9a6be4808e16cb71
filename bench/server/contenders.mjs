/**
 * The servers that are measured. Each is started when first needed and kept. While one is
 * measured, the others are stopped (SIGSTOP), so that their work takes no time of the core.
 */
import { accessSync, constants } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startPeople } from "./colo.mjs";
import { beforeName } from "./names.mjs";
import { startFloor, startNchan, startSocketIo, startWs } from "./peers.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The executable to compare with; undefined if there is none. */
export const programBefore =
  process.env.COLO_BIN_BEFORE && resolve(repository, process.env.COLO_BIN_BEFORE);
if (programBefore) accessSync(programBefore, constants.X_OK);

const floor =
  (name, ...mode) =>
  (context) =>
    startFloor(context, name, ...mode);

/** Ways to start Colo. Contenders that differ only in the kind of room share a process. */
const one = { shards: 1, cores: "server" };
const tls = { ...one, tls: true };
const two = { shards: 2, cores: "server" };
const one_beside = { shards: 1, cores: "generator" };
const one_anywhere = { shards: 1, cores: "server on two" };
const two_anywhere = { shards: 2, cores: "server on two" };

const colos = {
  colo: [one, "temporary"],
  "colo, saved": [one, "saved"],
  "colo, TLS": [tls, "temporary"],
  "colo, 2 shards": [two, "temporary"],
  "colo, beside the generator": [one_beside, "temporary"],
  "colo, on both cores": [one_anywhere, "temporary"],
  "colo, 2 shards, on both cores": [two_anywhere, "temporary"],
};

const coloStarts = Object.entries(colos).flatMap(([name, [setup, kind]]) => {
  const start = (program) => async (context, contenders, contender) =>
    (await contenders.people(context, setup, program)).contender(contender, kind);
  return [[name, start()], ...(programBefore ? [[beforeName(name), start(programBefore)]] : [])];
});

const starts = {
  send: floor("send", "send"),
  writev: floor("writev", "gather"),
  "writev 4": floor("writev 4", "gather", "4"),
  "writev 16": floor("writev 16", "gather", "16"),
  io_uring: floor("io_uring", "uring"),
  ...Object.fromEntries(coloStarts),
  ws: startWs,
  "socket.io": startSocketIo,
  nchan: startNchan,
};

export const contenderNames = Object.keys(starts);

export class Contenders {
  #context;
  #running = new Map();
  #people = new Map();

  constructor(context) {
    this.#context = context;
  }

  people(context, setup, program) {
    const key = JSON.stringify([setup, program]);
    if (!this.#people.has(key)) this.#people.set(key, startPeople(context, { ...setup, program }));
    return this.#people.get(key);
  }

  /** Calls `measure` while this contender runs and all others are stopped. */
  async with(name, measure) {
    if (!this.#running.has(name)) this.#running.set(name, starts[name](this.#context, this, name));
    const contender = await this.#running.get(name);
    resume(contender);
    try {
      return await measure(contender);
    } finally {
      stop(contender);
    }
  }

  /** Resumes all, so that they can end. */
  async resumeAll() {
    for (const contender of await Promise.allSettled(this.#running.values()))
      if (contender.value) resume(contender.value);
  }
}

const stop = ({ pids }) => signal(pids, "SIGSTOP");
const resume = ({ pids }) => signal(pids, "SIGCONT");

function signal(pids, name) {
  for (const pid of pids) process.kill(pid, name);
}
