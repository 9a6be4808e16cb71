import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { Answer } from "./api";
import type { Heard } from "./frames";
import { ClientFrame, ServerFrame } from "./generated/colo";
import { type Link, pauseBefore, Socket } from "./socket";

// A real WebSocket server; the clock and the timers are the test's own.

let server: WebSocketServer;
let peers: WebSocket[];
let said: NonNullable<ClientFrame["frame"]>[];
let subprotocols: string[];
let welcoming: boolean;

let clock: number;
let timers: { run: () => void; ms: number }[];
let links: Link[];
let heard: Heard[];
let ticket: () => Answer<string>;
let tickets: number;
let socket: Socket;
let waiters: (() => void)[];

/** Resolves as soon as it holds; every event of either side looks again. */
function until(holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    waiters.push(() => {
      if (holds()) resolve();
    });
  });
}
const lookAgain = () => {
  for (const look of waiters) look();
};

const state = () => links[links.length - 1]?.state;
const isUp = () => until(() => state() === "up");
const say = (peer: WebSocket | undefined, frame: Heard) =>
  peer?.send(ServerFrame.encode({ frame }).finish());
const welcome: Heard = {
  $case: "welcome",
  value: { user: "ada", idleSeconds: 1800, rooms: [], admin: false },
};

beforeEach(async () => {
  peers = [];
  said = [];
  subprotocols = [];
  welcoming = true;
  clock = 0;
  timers = [];
  links = [];
  heard = [];
  waiters = [];
  tickets = 0;
  ticket = () => ({ state: "ok", value: `ticket-${tickets}` });
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (peer) => {
    peers.push(peer);
    subprotocols.push(peer.protocol);
    peer.on("message", (data) => {
      const frame = data instanceof Buffer ? ClientFrame.decode(data).frame : undefined;
      if (frame !== undefined) said.push(frame);
      if (frame?.$case === "hello" && welcoming) say(peer, welcome);
      lookAgain();
    });
    lookAgain();
  });
  await new Promise((ready) => server.once("listening", ready));
  const { port } = server.address() as AddressInfo;
  socket = new Socket({
    open: (subprotocol) => new WebSocket(`ws://127.0.0.1:${port}/ws`, subprotocol),
    ticket: async () => {
      tickets++;
      return ticket();
    },
    client: "test/1",
    random: () => 0.5,
    now: () => clock,
    later: (run, ms) => {
      const timer = { run, ms };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    heard: (frame) => {
      heard.push(frame);
      lookAgain();
    },
    changed: (link) => {
      links.push(link);
      lookAgain();
    },
  });
});

afterEach(async () => {
  socket.stop();
  for (const peer of peers) peer.terminate();
  await new Promise((closed) => server.close(closed));
});

/** Runs the timers that are set now. */
function passTime(): void {
  for (const { run } of timers.splice(0)) run();
}

test("ticket, Hello, Welcome: then it is up", async () => {
  socket.start();
  await isUp();
  expect(subprotocols).toEqual(["colo.v1"]);
  expect(said).toEqual([{ $case: "hello", value: { ticket: "ticket-1", client: "test/1" } }]);
  expect(links.map((one) => one.state)).toEqual(["connecting", "up"]);
  expect(heard).toHaveLength(1);
});

test("a restarting server (4500) is waited for, and the second connection has its own ticket", async () => {
  socket.start();
  await isUp();
  peers[0]?.close(4500);
  await until(() => state() === "waiting");
  expect(links[links.length - 1]).toMatchObject({ lost: true, tries: 0 });
  expect(timers.map((one) => one.ms)).toEqual([pauseBefore(0, () => 0.5)]);
  passTime();
  await isUp();
  expect(said.map((one) => one.$case === "hello" && one.value.ticket)).toEqual([
    "ticket-1",
    "ticket-2",
  ]);
});

test("a connection that broke without a word is come back from", async () => {
  socket.start();
  await isUp();
  peers[0]?.terminate();
  await until(() => state() === "waiting");
  passTime();
  await isUp();
});

test("each failed try waits longer, up to a quarter of a minute, never two phones alike", () => {
  const pauses = [0, 1, 2, 3, 4, 5, 6, 7, 20].map((tries) => pauseBefore(tries, () => 1));
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  expect(pauseBefore(3, () => 0)).toBe(1000);
  expect(pauseBefore(3, () => 0.5)).toBe(1500);
});

test("while no ticket can be had, tries are counted and spread", async () => {
  ticket = () => ({ state: "unreachable" });
  socket.start();
  for (const tries of [1, 2, 3]) {
    await until(() => {
      const link = links[links.length - 1];
      return link?.state === "waiting" && link.tries === tries;
    });
    expect(timers[0]?.ms).toBe(pauseBefore(tries, () => 0.5));
    passTime();
  }
});

test("a busy server's Retry-After is kept", async () => {
  ticket = () => ({
    state: "refused",
    status: 503,
    code: "busy",
    detail: "",
    retryAfterMs: 30_000,
  });
  socket.start();
  await until(() => state() === "waiting");
  expect(timers[0]?.ms).toBe(30_000);
});

test("when the network is back it is not waited any longer", async () => {
  socket.start();
  await isUp();
  peers[0]?.terminate();
  await until(() => state() === "waiting");
  socket.nudge();
  await isUp();
});

test.each([4400, 4403, 4408, 4429])("after %i it does not come back by itself", async (code) => {
  socket.start();
  await isUp();
  peers[0]?.close(code);
  await until(() => state() === "over");
  expect(links[links.length - 1]).toMatchObject({ why: { kind: "refused", close: code } });
  expect(timers).toEqual([]);
  socket.start();
  await isUp();
});

test("4401 on an open connection is a sign-out, for the reason it gives", async () => {
  socket.start();
  await isUp();
  peers[0]?.close(4401, "idle");
  await until(() => state() === "over");
  expect(links[links.length - 1]).toMatchObject({
    why: { kind: "signed_out", code: "idle" },
    wasUp: true,
  });
});

test("401 for the ticket after a loss is a sign-out of another kind", async () => {
  socket.start();
  await isUp();
  peers[0]?.close(4500);
  await until(() => state() === "waiting");
  ticket = () => ({
    state: "refused",
    status: 401,
    code: "signed_out",
    detail: "",
    retryAfterMs: 0,
  });
  passTime();
  await until(() => state() === "over");
  expect(links[links.length - 1]).toMatchObject({
    why: { kind: "signed_out", code: "signed_out" },
    wasUp: false,
    lost: true,
  });
});

test("4401 instead of a Welcome may be a late ticket: one more is tried, and only one", async () => {
  welcoming = false;
  socket.start();
  await until(() => said.length === 1);
  peers[0]?.close(4401);
  await until(() => state() === "waiting");
  passTime();
  await until(() => said.length === 2);
  peers[1]?.close(4401);
  await until(() => state() === "over");
  expect(tickets).toBe(2);
});

test("a server that never says Welcome is left", async () => {
  welcoming = false;
  socket.start();
  await until(() => said.length === 1);
  passTime();
  await until(() => state() === "waiting");
});

test("a question without any answer means that the connection is dead", async () => {
  socket.start();
  await isUp();
  socket.send({ $case: "join", value: { room: "main", afterSeq: 0, epoch: 0, afterDeletion: 0 } });
  await until(() => said.length === 2);
  passTime();
  await until(() => state() === "waiting");
});

test("any frame that arrives is a sign of life", async () => {
  socket.start();
  await isUp();
  socket.send({ $case: "join", value: { room: "main", afterSeq: 0, epoch: 0, afterDeletion: 0 } });
  say(peers[0], { $case: "rooms", value: { rooms: [] } });
  await until(() => heard.length === 2);
  expect(timers).toEqual([]);
});

test("nothing is sent without a connection, and the caller knows", async () => {
  expect(socket.send({ $case: "leave", value: { room: "main" } })).toBe(false);
  socket.start();
  await isUp();
  expect(socket.send({ $case: "leave", value: { room: "main" } })).toBe(true);
  await until(() => said.length === 2);
});

test("a first touch after coming up, or back into a room, is told: neither is the person's doing", async () => {
  socket.start();
  await isUp();
  socket.send({ $case: "join", value: { room: "main", afterSeq: 0, epoch: 0, afterDeletion: 0 } });
  socket.acted();
  await until(() => said.some((one) => one.$case === "active"));
});

test("Active is told at most once a minute, and not when something else was just said", async () => {
  socket.start();
  await isUp();
  const actives = () => said.filter((one) => one.$case === "active").length;
  socket.send({ $case: "pen", value: { room: "main", down: false } });
  socket.acted();
  clock = 59_999;
  socket.acted();
  clock = 60_000;
  socket.acted();
  socket.acted();
  clock = 121_000;
  socket.send({ $case: "pen", value: { room: "main", down: true } });
  socket.acted();
  socket.send({ $case: "leave", value: { room: "main" } });
  await until(() => said.some((one) => one.$case === "leave"));
  expect(actives()).toBe(1);
});

test("what an abandoned connection still says is not heard", async () => {
  socket.start();
  await isUp();
  const old = peers[0];
  socket.stop();
  socket.start();
  await until(() => peers.length === 2 && state() === "up");
  const before = heard.length;
  say(old, { $case: "rooms", value: { rooms: [] } });
  say(peers[1], welcome);
  await until(() => heard.length > before);
  expect(heard.slice(before).map((one) => one.$case)).toEqual(["welcome"]);
});

test("frames that nobody can read change nothing", async () => {
  socket.start();
  await isUp();
  peers[0]?.send(new Uint8Array([0xff, 0xff, 0xff]));
  peers[0]?.send("text");
  say(peers[0], { $case: "rooms", value: { rooms: [] } });
  await until(() => heard.length === 2);
  expect(state()).toBe("up");
});
