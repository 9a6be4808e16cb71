/** The workloads, and the contenders of each. */

const peers = ["ws", "socket.io", "nchan"];
const floors = ["send", "writev", "io_uring"];
const batches = ["writev 4", "writev 16"];

/** One room with a constant number of messages in flight. */
function crowd(clients, in_flight) {
  const thousand = clients === 1000;
  return {
    key: `crowd-${clients}-${in_flight}`,
    title: `${clients} clients in a room, ${in_flight === 1 ? "one" : in_flight} in flight`,
    clients,
    rooms: 1,
    // A slow server needs seconds for sixteen messages to 5,000 clients.
    ...(clients > 1000 && in_flight > 1 ? { seconds: 6 } : {}),
    how: `window ${in_flight}`,
    contenders: [
      ...floors,
      ...(thousand && in_flight > 1 ? batches : []),
      "colo",
      ...(thousand ? ["colo, saved", "colo, TLS"] : []),
      ...peers,
    ],
  };
}

const large = (in_flight) => ({
  ...crowd(1000, in_flight),
  key: `large-${in_flight}`,
  title: `the same with drawings of 3.5 kB, ${in_flight === 1 ? "one" : in_flight} in flight`,
  drawings: "large",
  contenders: ["send", "colo", "ws"],
});

/** Drawings a second, over all rooms. */
const rooms_rate = 2000;

export const crowds = [100, 1000, 5000];
export const windows = [1, 16];

/** One shard and two, on the server's core, on the generator's and on both. */
const shards = [
  "colo",
  "colo, 2 shards",
  "colo, beside the generator",
  "colo, on both cores",
  "colo, 2 shards, on both cores",
];

/** A crowd in a room of its own; it publishes only if `how` is given. */
const crowd_beside = { clients: 1000, rooms: 1, from: 1 };

/** Measured one after the other in each repetition. */
export const workloads = [
  ...windows.flatMap((in_flight) => crowds.map((clients) => crowd(clients, in_flight))),
  large(1),
  large(16),
  {
    key: "rooms",
    title: "1000 clients in 100 rooms of 10, 2000 drawings a second",
    clients: 1000,
    rooms: 100,
    how: `rate ${rooms_rate}`,
    contenders: ["send", "colo", "colo, saved", ...peers],
  },
  {
    key: "all-read",
    title: "1000 clients in a room, 30 drawings of 3.5 kB a second",
    clients: 1000,
    rooms: 1,
    how: "rate 30",
    seconds: 10,
    drawings: "large",
    contenders: ["colo"],
  },
  {
    key: "some-stall",
    title: "the same, and 1 % read nothing",
    clients: 1000,
    rooms: 1,
    how: "rate 30",
    seconds: 10,
    drawings: "large",
    mute: 0.01,
    contenders: ["colo"],
  },
  {
    key: "quiet",
    title: "a room of 10, 100 drawings a second, beside an idle room of 1000",
    clients: 10,
    rooms: 1,
    how: "rate 100",
    seconds: 10,
    beside: crowd_beside,
    contenders: ["colo"],
  },
  {
    key: "flooded",
    title: "the same, while one client floods the room of 1000 (64 in flight)",
    clients: 10,
    rooms: 1,
    how: "rate 100",
    seconds: 10,
    beside: { ...crowd_beside, how: "window 64" },
    contenders: ["colo"],
  },
  {
    key: "shards-rooms",
    title: "100 rooms of 10, 2000 drawings a second, in shards",
    clients: 1000,
    rooms: 100,
    how: `rate ${rooms_rate}`,
    contenders: shards,
  },
  {
    key: "shards-crowd",
    title: "1000 clients in a room, 30 drawings a second, in shards",
    clients: 1000,
    rooms: 1,
    how: "rate 30",
    contenders: shards,
  },
];

/** The room of each client; rooms are numbered from `from`. */
export const roomsOf = ({ clients, rooms, from = 0 }) =>
  Array.from({ length: clients }, (_, i) => from + (i % rooms));
