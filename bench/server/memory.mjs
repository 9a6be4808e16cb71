/** What an idle phone costs in resident memory: with many of them, less without, shared out. */
import { setTimeout as pause } from "node:timers/promises";
import { startPeople } from "./colo.mjs";
import { Generator } from "./generator.mjs";
import { startNchan, startSocketIo, startWs } from "./peers.mjs";
import { residentBytes } from "./processes.mjs";

/** Sessions whose cost is measured apart, and those before, which warm the allocator. */
const sessions = { first: 60, all: 320 };
/** What is told once a second after somebody came, is over then. */
const calm_ms = 2500;

async function grown(pids, openings) {
  const generator = new Generator();
  try {
    const before = residentBytes(pids);
    const { phones } = await generator.enter(openings);
    await pause(calm_ms);
    return (residentBytes(pids) - before) / phones;
  } finally {
    await generator.end();
  }
}

/** Everybody is signed in before; what a session costs is told beside. */
async function inColo(context, openings) {
  const people = await startPeople(context);
  const pids = [people.colo.pid];
  await people.register(sessions.first);
  const early = residentBytes(pids);
  await people.register(sessions.all);
  const session = (residentBytes(pids) - early) / (sessions.all - sessions.first);
  return { bytes: await grown(pids, openings(people)), session_bytes: session };
}

const peer = (start) => async (context, phones) => {
  const one = await start(context);
  return { bytes: await grown(one.pids, one.openings(Array(phones).fill(0))) };
};

export const memoryOf = {
  "colo, on the list of rooms": (context, phones) =>
    inColo(context, (people) => people.inLobby(phones)),
  "colo, in a room": (context, phones) =>
    inColo(context, (people) => people.inRooms("fleeting", Array(phones).fill(0))),
  ws: peer(startWs),
  "socket.io": peer(startSocketIo),
  nchan: peer(startNchan),
};
