/** Colo itself, with people who are signed in. */
import http from "node:http";
import { startColo } from "../../e2e/harness/colo.mjs";
import { Phone } from "../../e2e/harness/phone.mjs";
import { onCore } from "./cores.mjs";
import { stamp_bytes } from "./peers.mjs";
import { bytesField, numberField } from "./protobuf.mjs";
import { binary, frame } from "./websocket.mjs";

/** A session may have so many sockets open (server/domain/limits.hpp). */
const sockets_per_session = 32;
/** People who register, and sessions that ask for tickets, at the same time. */
const at_once = 4;
/** Rooms of each kind. */
const rooms_max = 101;

const roomId = (kind, number) => `${kind}-${number}`;

const roomsConfig = ["saved", "fleeting"].flatMap((kind) =>
  Array.from({ length: rooms_max }, (_, number) => {
    const id = roomId(kind, number);
    return `[[room]]\nid = "${id}"\nname = "${id}"\npersistent = ${kind === "saved"}\ncapacity = 10000\n`;
  }),
);

// Nothing here is to be limited: what is measured is what a limit would hide.
const config = `[server]
log = "warn"
[session]
idle_timeout = "12h"
[limits]
drawings_per_minute = 1000000
frames_per_second = 100000
registrations_per_hour = 1000000
sign_ins_per_minute = 1000000
connections_per_address = 1000000
cpu_percent_per_person = 1000000
${roomsConfig.join("\n")}`;

const clientFrame = (field, ...fields) => frame(binary, bytesField(field, Buffer.concat(fields)));
const hello = (ticket) => clientFrame(1, bytesField(1, ticket), bytesField(2, "bench/1"));
const join = (room) => clientFrame(2, bytesField(1, room));

const welcome_head = Buffer.from([0x0a]); // ServerFrame.welcome
const joined_head = Buffer.from([0x12]); // ServerFrame.joined
const message_head = Buffer.from([0x1a]); // ServerFrame.message

/** How long the payload is that Colo tells a room of such a drawing. */
export function toldBytes(drawing) {
  const message = Buffer.concat([
    bytesField(1, roomId("fleeting", 0)),
    numberField(2, 1000),
    bytesField(3, "fox-123456a"),
    numberField(4, Date.now()),
    bytesField(5, drawing),
    bytesField(8, Buffer.alloc(stamp_bytes)),
  ]);
  return bytesField(3, message).length;
}

/** Connections are not kept from one run to the next: a server that stands still cannot say that
 * it has had enough of one. */
async function onConnections(work) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: at_once });
  try {
    return await work(agent);
  } finally {
    agent.destroy();
  }
}

/** As many as it may have sockets, one after the other: each call spends the token of the last. */
async function ticketsOf(session, agent) {
  session.agent = agent;
  session.tokens.length = 0;
  const tickets = [];
  for (let i = 0; i < sockets_per_session; ++i) tickets.push(await session.ticket());
  return tickets;
}

/** A running Colo and its people. */
export class People {
  #sessions = [];

  constructor(colo) {
    this.colo = colo;
  }

  /** Until there are so many people, each with a session. */
  register(count) {
    return onConnections((agent) => this.#register(count, agent));
  }

  async #register(count, agent) {
    while (this.#sessions.length < count) {
      const some = Math.min(at_once, count - this.#sessions.length);
      const fresh = Array.from({ length: some }, () => new Phone(this.colo, { agent }));
      await Promise.all(fresh.map((phone) => phone.register()));
      this.#sessions.push(...fresh);
    }
  }

  /** Tickets as they are wanted, for they do not keep: up to 32 sockets of each session. */
  async *tickets(count) {
    await this.register(Math.ceil(count / sockets_per_session));
    for (let given = 0; given < count; ) {
      const from = given / sockets_per_session;
      const some = this.#sessions.slice(from, from + at_once);
      const tickets = await onConnections((agent) =>
        Promise.all(some.map((session) => ticketsOf(session, agent))),
      );
      for (const ticket of tickets.flat()) if (given++ < count) yield ticket;
    }
  }

  /** Phones on the list of rooms, in none. */
  async *inLobby(count) {
    const place = { port: this.colo.port, path: "/ws", protocol: "colo.v1", ready: welcome_head };
    for await (const ticket of this.tickets(count))
      yield { room: 0, ...place, frames: hello(ticket) };
  }

  async *inRooms(kind, rooms) {
    const place = {
      port: this.colo.port,
      path: "/ws",
      protocol: "colo.v1",
      ready: joined_head,
      told: message_head,
    };
    let i = 0;
    for await (const ticket of this.tickets(rooms.length)) {
      const room = rooms[i++];
      yield { room, ...place, frames: Buffer.concat([hello(ticket), join(roomId(kind, room))]) };
    }
  }

  /** How the rooms of this kind take part in a measurement. */
  contender(name, kind) {
    return {
      name,
      pids: [this.colo.pid],
      openings: (rooms) => this.inRooms(kind, rooms),
      message: (room, _payload, drawing) => {
        const before = bytesField(1, roomId(kind, room));
        const frames = clientFrame(
          4,
          before,
          bytesField(2, Buffer.alloc(stamp_bytes)),
          bytesField(3, drawing),
        );
        // The client_id comes back near the beginning of Message.
        const after = bytesField(3, drawing).length;
        return { frames, stampAt: frames.length - after - stamp_bytes };
      },
    };
  }
}

/** @param {"server" | "server on two"} cores */
export async function startPeople(context, { shards = 1, cores = "server" } = {}) {
  const colo = await startColo(context, {
    config,
    args: ["--shards", String(shards)],
    under: onCore(cores),
  });
  return new People(colo);
}
