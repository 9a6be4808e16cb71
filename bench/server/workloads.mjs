/** What is measured, on whom, and what each is to show. */

const peers = ["ws", "socket.io", "nchan"];
const floors = ["send", "writev", "io_uring"];
const batches = ["writev 4", "writev 16"];

/** Of one room; `in_flight` messages are always on their way. */
function crowd(phones, in_flight) {
  const thousand = phones === 1000;
  return {
    key: `crowd-${phones}-${in_flight}`,
    title: `${phones} phones in a room, ${in_flight === 1 ? "one" : in_flight} in flight`,
    phones,
    rooms: 1,
    // A slow one needs seconds for sixteen messages to so many.
    ...(phones > 1000 && in_flight > 1 ? { seconds: 6 } : {}),
    how: `window ${in_flight}`,
    contenders: [
      ...floors,
      ...(thousand && in_flight > 1 ? batches : []),
      "colo",
      ...(thousand ? ["colo, saved"] : []),
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

/** Drawings a second over all rooms. */
const rooms_rate = 2000;

export const crowds = [100, 1000, 5000];
export const windows = [1, 16];

/** What it costs to have two; and where the generator runs has its price, too. */
const shards = [
  "colo",
  "colo, 2 shards",
  "colo, beside the generator",
  "colo, on both cores",
  "colo, 2 shards, on both cores",
];

/** In a room of its own; it does nothing unless it says how. */
const crowd_beside = { phones: 1000, rooms: 1, from: 1 };

/** Measured one after the other in each repetition, their contenders taking turns. */
export const workloads = [
  ...windows.flatMap((in_flight) => crowds.map((phones) => crowd(phones, in_flight))),
  large(1),
  large(16),
  {
    key: "rooms",
    title: "1000 phones in 100 rooms of 10, 2000 drawings a second",
    phones: 1000,
    rooms: 100,
    how: `rate ${rooms_rate}`,
    contenders: ["send", "colo", "colo, saved", ...peers],
  },
  {
    key: "all-read",
    title: "1000 phones in a room, 30 drawings of 3.5 kB a second",
    phones: 1000,
    rooms: 1,
    how: "rate 30",
    seconds: 10,
    drawings: "large",
    contenders: ["colo"],
  },
  {
    key: "some-stall",
    title: "the same, and 1 % read nothing",
    phones: 1000,
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
    phones: 10,
    rooms: 1,
    how: "rate 100",
    seconds: 10,
    beside: crowd_beside,
    contenders: ["colo"],
  },
  {
    key: "flooded",
    title: "the same, while one floods the room of 1000 (64 in flight)",
    phones: 10,
    rooms: 1,
    how: "rate 100",
    seconds: 10,
    beside: { ...crowd_beside, how: "window 64" },
    contenders: ["colo"],
  },
  {
    key: "shards-rooms",
    title: "100 rooms of 10, 2000 drawings a second, in shards",
    phones: 1000,
    rooms: 100,
    how: `rate ${rooms_rate}`,
    contenders: shards,
  },
  {
    key: "shards-crowd",
    title: "1000 phones in a room, 30 drawings a second, in shards",
    phones: 1000,
    rooms: 1,
    how: "rate 30",
    contenders: shards,
  },
];

/** The room of each phone; the first of them is number `from`. */
export const roomsOf = ({ phones, rooms, from = 0 }) =>
  Array.from({ length: phones }, (_, i) => from + (i % rooms));
