/**
 * Those that are measured, started when first wanted and kept. Whoever is not being measured
 * is stopped (SIGSTOP), so that nobody's left-over work falls into another's time.
 */
import { startPeople } from "./colo.mjs";
import { startFloor, startNchan, startSocketIo, startWs } from "./peers.mjs";

const floor =
  (name, ...mode) =>
  (context) =>
    startFloor(context, name, ...mode);

/** One Colo may take part under several names. */
const colos = {
  one: { shards: 1, cores: "server" },
  "two shards": { shards: 2, cores: "server" },
  "one, beside the generator": { shards: 1, cores: "generator" },
  "one, anywhere": { shards: 1, cores: "server on two" },
  "two shards, anywhere": { shards: 2, cores: "server on two" },
};
const inColo = (which, kind) => async (context, contenders, name) =>
  (await contenders.people(context, which)).contender(name, kind);

const starts = {
  send: floor("send", "send"),
  writev: floor("writev", "gather"),
  "writev 4": floor("writev 4", "gather", "4"),
  "writev 16": floor("writev 16", "gather", "16"),
  io_uring: floor("io_uring", "uring"),
  colo: inColo("one", "fleeting"),
  "colo, saved": inColo("one", "saved"),
  "colo, 2 shards": inColo("two shards", "fleeting"),
  "colo, beside the generator": inColo("one, beside the generator", "fleeting"),
  "colo, on both cores": inColo("one, anywhere", "fleeting"),
  "colo, 2 shards, on both cores": inColo("two shards, anywhere", "fleeting"),
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

  people(context, which) {
    if (!this.#people.has(which)) this.#people.set(which, startPeople(context, colos[which]));
    return this.#people.get(which);
  }

  /** Runs `measure` with this one going and all others stopped. */
  async with(name, measure) {
    if (!this.#running.has(name)) this.#running.set(name, starts[name](this.#context, this, name));
    const one = await this.#running.get(name);
    thaw(one);
    try {
      return await measure(one);
    } finally {
      freeze(one);
    }
  }

  /** All go on, so that they hear that they are to end. */
  async wake() {
    for (const one of await Promise.allSettled(this.#running.values()))
      if (one.value) thaw(one.value);
  }
}

const freeze = ({ pids }) => signal(pids, "SIGSTOP");
const thaw = ({ pids }) => signal(pids, "SIGCONT");

function signal(pids, name) {
  for (const pid of pids) process.kill(pid, name);
}
