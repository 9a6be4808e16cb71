import { get } from "svelte/store";
import { beforeEach, expect, test, vi } from "vitest";
import type { Heard, Say } from "../wire/frames";
import { type Keep, memoryKeep } from "./keep";
import type { Pending } from "./room_state";
import { type RoomInfo, Rooms } from "./rooms";

let said: Say[];
let keep: Keep;
let rooms: Rooms;
let memory: Map<string, string>;

const list: RoomInfo[] = [
  { id: "main", name: "Main", persistent: true, occupancy: 0, capacity: 64, description: "" },
];
const joins = () => said.flatMap((one) => (one.$case === "join" ? [one.value.room] : []));
const leaves = () => said.flatMap((one) => (one.$case === "leave" ? [one.value.room] : []));
const joined = (room: string): Heard => ({
  $case: "joined",
  value: {
    room,
    members: [],
    messages: [],
    more: false,
    reset: false,
    epoch: 0,
    occupancy: 1,
    deletion: 0,
    deleted: [],
  },
});
const left: Pending = {
  clientId: "00112233445566778899aabbccddeeff",
  room: "scratch",
  author: "ada",
  madeAtMs: 1,
  drawing: {
    paper: 0xffffff,
    strokes: [
      { tool: "pen", rgb: 0, width: 9, startMs: 0, durationMs: 0, points: [1, 1], pressure: [] },
    ],
  },
  caption: "left behind",
  state: "sending",
  code: "",
  reason: "",
};

function newRooms(): Rooms {
  return new Rooms({
    memory: {
      getItem: (key) => memory.get(key) ?? null,
      setItem: (key, value) => void memory.set(key, value),
    },
    keep,
    say: (frame) => {
      said.push(frame);
      return true;
    },
    later: () => () => {},
    now: () => 1,
  });
}

beforeEach(() => {
  said = [];
  keep = memoryKeep();
  memory = new Map();
  rooms = newRooms();
});

test("the list follows the server", () => {
  rooms.linkUp("ada", list);
  rooms.hear({
    $case: "rooms",
    value: {
      rooms: [
        {
          id: "main",
          name: "Main",
          persistent: true,
          occupancy: 5,
          capacity: 64,
          description: "",
          lastSeq: 0,
        },
      ],
    },
  });
  expect(get(rooms.list).map((one) => one.occupancy)).toEqual([5]);
});

test("the shown room is joined again after each loss, the left one is not", () => {
  rooms.linkUp("ada", list);
  rooms.enter("main");
  rooms.hear(joined("main"));
  rooms.linkDown();
  rooms.linkUp("ada", list);
  expect(joins()).toEqual(["main", "main"]);
  rooms.hear(joined("main"));
  rooms.leave("main");
  expect(leaves()).toEqual(["main"]);
  rooms.linkDown();
  rooms.linkUp("ada", list);
  expect(joins()).toEqual(["main", "main"]);
});

test("a room left with a drawing still waiting is left only when that is through", () => {
  rooms.linkUp("ada", list);
  const { room } = rooms.enter("main");
  rooms.hear(joined("main"));
  room.send(left.drawing, "");
  rooms.leave("main");
  expect(leaves()).toEqual([]);
  const sent = said.find((one) => one.$case === "send");
  const clientId = sent?.$case === "send" ? sent.value.clientId : new Uint8Array();
  rooms.hear({ $case: "accepted", value: { clientId, room: "main", seq: 1, sentAtMs: 1 } });
  expect(leaves()).toEqual(["main"]);
});

test("what an earlier page left in the outbox goes out without anybody opening the room", async () => {
  await keep.putOutbox(left);
  rooms.linkUp("ada", list);
  // The outbox is read from a disk.
  await new Promise(setImmediate);
  expect(joins()).toEqual(["scratch"]);
  rooms.hear(joined("scratch"));
  await new Promise(setImmediate);
  expect(said.map((one) => one.$case)).toContain("send");
});

test("nothing of one person is sent or shown as another's", async () => {
  await keep.putOutbox(left);
  rooms.linkUp("bob", list);
  await new Promise(setImmediate);
  expect(joins()).toEqual([]);
  expect(rooms.enter("scratch").room.now.pending).toEqual([]);
});

test("a refused drawing returns to an empty pad, and not onto one in use", () => {
  rooms.linkUp("ada", list);
  const { room, desk } = rooms.enter("main");
  rooms.hear(joined("main"));
  const refuse = () => {
    const sent = said.filter((one) => one.$case === "send").pop();
    const clientId = sent?.$case === "send" ? sent.value.clientId : new Uint8Array();
    const reason = "No.";
    rooms.hear({
      $case: "rejected",
      value: { clientId, code: "drawing_tool", reason, retryAfterMs: 0, room: "main", frame: 4 },
    });
  };
  room.send(left.drawing, "first");
  refuse();
  expect(get(desk.state)).toMatchObject({ strokes: 1, caption: "first" });
  expect(room.now.pending).toEqual([]);
  room.send(left.drawing, "second");
  refuse();
  expect(get(desk.state)).toMatchObject({ strokes: 1, caption: "first" });
  expect(room.now.pending).toMatchObject([{ state: "failed", caption: "second" }]);
});

test("without the server, the rooms are those last seen, and the pads are there", async () => {
  rooms.linkUp(
    "ada",
    list.map((one) => ({ ...one, occupancy: 7 })),
  );
  rooms.enter("main").desk.copy(left.drawing);
  await keep.putOutbox({ ...left, room: "main" });
  await vi.waitFor(async () => expect(await keep.draft("ada", "main")).toBeDefined());
  const later = newRooms();
  later.presume("ada");
  expect(get(later.list)).toEqual(list);
  const { room, desk } = later.enter("main");
  await vi.waitFor(() => expect(get(desk.state)).toMatchObject({ ready: true, strokes: 1 }));
  await room.send(left.drawing, "drawn without the server");
  expect(room.now.pending).toMatchObject([{ state: "waiting" }, { state: "waiting" }]);
  expect(await keep.outbox("ada")).toHaveLength(2);

  // The server is back, and it is the same person: nothing begins anew.
  later.linkUp("ada", list);
  expect(later.enter("main").room).toBe(room);
  later.hear(joined("main"));
  await new Promise(setImmediate);
  expect(room.now.pending).toMatchObject([{ state: "sending" }, { state: "waiting" }]);
});

test("a list that cannot be read is no list", () => {
  for (const text of ["", "{", "null", "[1, null, {}]", '{"id":"main"}']) {
    memory.set("colo.rooms", text);
    const later = newRooms();
    later.presume("ada");
    expect(get(later.list)).toEqual([]);
  }
});

test("whoever takes a name that was forgotten here has their things kept", async () => {
  const { room } = signedIn();
  rooms.forget("ada");
  // Of the one who left, on its way.
  room.send(left.drawing, "");
  await new Promise(setImmediate);
  expect(await keep.outbox("ada")).toEqual([]);
  signedIn().room.send(left.drawing, "");
  await new Promise(setImmediate);
  expect(await keep.outbox("ada")).toHaveLength(1);

  function signedIn() {
    rooms.linkUp("ada", list);
    return rooms.enter("main");
  }
});
