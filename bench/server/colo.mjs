/** Colo itself, with people who are signed in, over plain http or over TLS. */
import http from "node:http";
import https from "node:https";
import { certificateFiles } from "../../e2e/harness/certificates.mjs";
import { startColo } from "../../e2e/harness/colo.mjs";
import { Phone } from "../../e2e/harness/phone.mjs";
import { onCore } from "./cores.mjs";
import { stamp_bytes } from "./peers.mjs";
import { bytesField, numberField } from "./protobuf.mjs";
import { binary, frame } from "./websocket.mjs";

/** The most sockets that a session may have open (server/domain/limits.hpp). */
const sockets_per_session = 32;
/** People who register at the same time, and sessions that ask for tickets at the same time. */
const at_once = 4;
/** Rooms of each kind. */
const rooms_max = 101;

const roomId = (kind, number) => `${kind}-${number}`;

const roomsConfig = ["saved", "temporary"].flatMap((kind) =>
  Array.from({ length: rooms_max }, (_, number) => {
    const id = roomId(kind, number);
    return `[[room]]\nid = "${id}"\nname = "${id}"\npersistent = ${kind === "saved"}\ncapacity = 10000\n`;
  }),
);

/** `server`: further lines of [server]. The limits are out of reach: they would hide the cost. */
const config = (server) => `[server]
log = "warn"
${server}
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

const welcome_prefix = Buffer.from([0x0a]); // ServerFrame.welcome
const joined_prefix = Buffer.from([0x12]); // ServerFrame.joined
const message_prefix = Buffer.from([0x1a]); // ServerFrame.message

/** The payload bytes of the ServerFrame that carries this drawing to a room. */
export function messageBytes(drawing) {
  const message = Buffer.concat([
    bytesField(1, roomId("temporary", 0)),
    numberField(2, 1000),
    bytesField(3, "fox-123456a"),
    numberField(4, Date.now()),
    bytesField(5, drawing),
    bytesField(8, Buffer.alloc(stamp_bytes)),
  ]);
  return bytesField(3, message).length;
}

/**
 * Calls `work` with an agent whose connections are closed afterwards: a server that is stopped
 * between two runs could not announce that it closes an idle connection.
 */
async function withAgent({ url }, work) {
  const { Agent } = url.startsWith("https:") ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: at_once });
  try {
    return await work(agent);
  } finally {
    agent.destroy();
  }
}

/** One ticket for each socket of the session, one after the other: each call spends a token. */
async function ticketsOf(session, agent) {
  session.agent = agent;
  session.tokens.length = 0;
  const tickets = [];
  for (let i = 0; i < sockets_per_session; ++i) tickets.push(await session.ticket());
  return tickets;
}

/** A running Colo and the people who are signed in to it. */
export class People {
  #sessions = [];

  constructor(colo) {
    this.colo = colo;
  }

  /** Registers people until there are `count`, each with a session. */
  register(count) {
    return withAgent(this.colo, (agent) => this.#register(count, agent));
  }

  async #register(count, agent) {
    while (this.#sessions.length < count) {
      const some = Math.min(at_once, count - this.#sessions.length);
      const people = Array.from({ length: some }, () => new Phone(this.colo, { agent }));
      await Promise.all(people.map((person) => person.register()));
      this.#sessions.push(...people);
    }
  }

  /** Tickets when they are needed, because they expire: up to 32 for each session. */
  async *tickets(count) {
    await this.register(Math.ceil(count / sockets_per_session));
    for (let given = 0; given < count; ) {
      const from = given / sockets_per_session;
      const some = this.#sessions.slice(from, from + at_once);
      const tickets = await withAgent(this.colo, (agent) =>
        Promise.all(some.map((session) => ticketsOf(session, agent))),
      );
      for (const ticket of tickets.flat()) if (given++ < count) yield ticket;
    }
  }

  #place() {
    const { port, url } = this.colo;
    const scheme = url.startsWith("https:") ? "wss" : "ws";
    return { scheme, port, path: "/ws", protocol: "colo.v1" };
  }

  /** Clients on the list of rooms, in no room. */
  async *inLobby(count) {
    for await (const ticket of this.tickets(count))
      yield { room: 0, ...this.#place(), ready: welcome_prefix, frames: hello(ticket) };
  }

  async *inRooms(kind, rooms) {
    const opening = { ...this.#place(), ready: joined_prefix, message: message_prefix };
    let i = 0;
    for await (const ticket of this.tickets(rooms.length)) {
      const room = rooms[i++];
      yield { room, ...opening, frames: Buffer.concat([hello(ticket), join(roomId(kind, room))]) };
    }
  }

  /** A contender whose clients are in rooms of this kind. */
  contender(name, kind) {
    return {
      name,
      pids: [this.colo.pid],
      openings: (rooms) => this.inRooms(kind, rooms),
      message: (room, _payload, drawing) => {
        const frames = clientFrame(
          4,
          bytesField(1, roomId(kind, room)),
          bytesField(2, Buffer.alloc(stamp_bytes)),
          bytesField(3, drawing),
        );
        // The stamp is the client_id, which Message repeats.
        const after = bytesField(3, drawing).length;
        return { frames, stampAt: frames.length - after - stamp_bytes };
      },
    };
  }
}

/**
 * @param {{shards?: number, cores?: "server" | "generator" | "server on two", tls?: boolean,
 *   program?: string}} setup `program`: another executable than COLO_BIN
 */
export async function startPeople(
  context,
  { shards = 1, cores = "server", tls = false, program } = {},
) {
  const files = tls ? await certificateFiles(context) : undefined;
  const server = files ? `tls_cert = "${files.cert}"\ntls_key = "${files.key}"` : "";
  const colo = await startColo(context, {
    config: config(server),
    args: ["--shards", String(shards)],
    under: onCore(cores),
    program,
  });
  return new People(colo);
}
