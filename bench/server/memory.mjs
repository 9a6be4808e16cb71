/** Resident memory per idle client: its growth while many connect, divided by their number. */
import { setTimeout as pause } from "node:timers/promises";
import { startPeople } from "./colo.mjs";
import { Generator } from "./generator.mjs";
import { startNchan, startSocketIo, startWs } from "./peers.mjs";
import { residentBytes } from "./processes.mjs";

/** Sessions: the first warm up the allocator, the others are measured. */
const sessions = { first: 60, all: 320 };
/** Announcements after the last arrival (at most one a second) are over by then. */
const settle_ms = 2500;

async function growth(pids, openings) {
  const generator = new Generator();
  try {
    const before = residentBytes(pids);
    const { clients } = await generator.enter(openings);
    await pause(settle_ms);
    return (residentBytes(pids) - before) / clients;
  } finally {
    await generator.end();
  }
}

/** All people are signed in before; the cost of a session is measured apart. */
async function inColo(context, setup, openings) {
  const people = await startPeople(context, setup);
  const pids = [people.colo.pid];
  await people.register(sessions.first);
  const early = residentBytes(pids);
  await people.register(sessions.all);
  const session = (residentBytes(pids) - early) / (sessions.all - sessions.first);
  return { bytes: await growth(pids, openings(people)), session_bytes: session };
}

const onList = (setup) => (context, clients, program) =>
  inColo(context, { ...setup, program }, (people) => people.inLobby(clients));
const inRoom = (setup) => (context, clients, program) =>
  inColo(context, { ...setup, program }, (people) =>
    people.inRooms("temporary", Array(clients).fill(0)),
  );

const peer = (start) => async (context, clients) => {
  const one = await start(context);
  return { bytes: await growth(one.pids, one.openings(Array(clients).fill(0))) };
};

/** Each is called with the context, the number of clients and, for Colo, the executable. */
export const memoryOf = {
  "colo, on the list of rooms": onList({}),
  "colo, in a room": inRoom({}),
  "colo, TLS, on the list of rooms": onList({ tls: true }),
  "colo, TLS, in a room": inRoom({ tls: true }),
  ws: peer(startWs),
  "socket.io": peer(startSocketIo),
  nchan: peer(startNchan),
};
