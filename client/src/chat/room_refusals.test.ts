// What comes back from a room: drawings into the hands of their author, and
// what the server would not do.
import { beforeEach, expect, test } from "vitest";
import { FRAME_DELETE, FRAME_HISTORY, FRAME_JOIN, type Heard, type Say } from "../wire/frames";
import { type Keep, memoryKeep } from "./keep";
import { Room } from "./room";
import { doodle } from "./room_fixture";

let said: Say[];
let connected: boolean;
let timers: { run: () => void; ms: number }[];
let keep: Keep;
let room: Room;

const newRoom = () =>
  new Room("main", {
    person: "ada",
    keep,
    say: (frame) => {
      if (connected) said.push(frame);
      return connected;
    },
    later: (run, ms) => {
      const timer = { run, ms };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    now: () => 1,
    refused: () => {},
    drained: () => {},
  });
type Joined = Extract<Heard, { $case: "joined" }>["value"];
const joined = (more: Partial<Joined> = {}) => {
  const none = { messages: [], more: false, reset: false, epoch: 0, deletion: 0, deleted: [] };
  const value = { ...none, room: "main", members: ["ada"], occupancy: 1, ...more };
  room.hear({ $case: "joined", value });
};
const enter = () => {
  room.join();
  joined();
};
const count = (kind: Say["$case"]) => said.filter((one) => one.$case === kind).length;
const reject = (frame: number, code: string, retryAfterMs = 0) => {
  const value = { clientId: new Uint8Array(), code, reason: "A sentence.", retryAfterMs };
  room.hear({ $case: "rejected", value: { ...value, room: "main", frame } });
};
/** The next timer ends. */
const wait = () => {
  const [timer] = timers.splice(0, 1);
  timer?.run();
  return timer?.ms;
};
const accept = (seq: number) => {
  const sent = said.flatMap((one) => (one.$case === "send" ? [one.value.clientId] : [])).pop();
  const value = { clientId: sent ?? new Uint8Array(), room: "main", seq, sentAtMs: 5 };
  room.hear({ $case: "accepted", value });
};

beforeEach(() => {
  said = [];
  connected = true;
  timers = [];
  keep = memoryKeep();
  room = newRoom();
});

test("until the hands keep a drawing that came back, the outbox does, and does not send it", async () => {
  const left = async () => (await keep.outbox("ada")).filter((one) => one.unsent !== true);
  const comeBack = async (clientId: string) => {
    let kept: () => void = () => {};
    room.unsend(clientId, () => new Promise<void>((resolve) => (kept = resolve)));
    await new Promise(setImmediate);
    expect(await left()).toMatchObject([{ drawing: doodle, caption: "oh", state: "failed" }]);
    const next = newRoom();
    for (const one of await keep.outbox("ada")) next.adopt(one);
    expect(next.now.pending).toMatchObject([
      { drawing: doodle, state: "failed", code: "taken_back" },
    ]);
    kept();
    await new Promise(setImmediate);
    expect(await left()).toEqual([]);
  };
  connected = false;
  await comeBack(room.send(doodle, "oh").clientId);
  connected = true;
  enter();
  await comeBack(room.send(doodle, "oh").clientId);
  accept(1);
  const { clientId } = room.send(doodle, "oh");
  accept(2);
  await comeBack(clientId);
});

test("a refusal that passes leaves the person where they are, and the room is asked again", () => {
  room.join();
  reject(FRAME_JOIN, "busy");
  expect(room.now).toMatchObject({ place: "joining", refusal: undefined });
  expect(wait()).toBe(2000);
  expect(count("join")).toBe(2);
  joined({ epoch: 7 });
  room.join();
  reject(FRAME_JOIN, "too_much", 300);
  expect(room.now.place).toBe("inside");
  room.join();
  expect(count("join")).toBe(3);
  expect(wait()).toBe(300);
  expect(count("join")).toBe(4);
  joined({ epoch: 7 });
  expect(room.now).toMatchObject({ place: "inside", asked: undefined });
});

test("a new connection asks by itself, not once more for the refusal of the one before", () => {
  room.join();
  reject(FRAME_JOIN, "busy");
  room.outside();
  expect(timers).toEqual([]);
  enter();
  expect(count("join")).toBe(2);
});

test("with something to send, a full room is asked for a place until there is one", () => {
  room.join();
  room.send(doodle, "");
  for (let round = 2; round < 5; round++) {
    reject(FRAME_JOIN, "room_full");
    expect(wait()).toBe(15_000);
    expect(count("join")).toBe(round);
    expect(room.now).toMatchObject({ place: "refused", refusal: { code: "room_full" } });
  }
  joined();
  expect(room.now).toMatchObject({ place: "inside", refusal: undefined });
  expect(count("send")).toBe(1);
});

test("a full room is not asked again for nothing, nor one that is not there", () => {
  room.join();
  reject(FRAME_JOIN, "room_full");
  room.join();
  const { clientId } = room.send(doodle, "");
  reject(FRAME_JOIN, "unknown_room");
  expect(timers).toEqual([]);
  room.join();
  reject(FRAME_JOIN, "too_many_rooms");
  room.takeBack(clientId, () => Promise.resolve());
  wait();
  expect(count("join")).toBe(3);
});

test("older ones that were refused are asked for again after a while, not at once", () => {
  const drawn = { drawing: undefined, remixOf: 0, remixAuthor: "", clientId: new Uint8Array() };
  const message = { ...drawn, room: "main", seq: 51, author: "bob", sentAtMs: 1, caption: "" };
  room.join();
  joined({ messages: [message], more: true });
  for (const [retryAfterMs = 0, waited] of [
    [700, 700],
    [0, 2000],
  ]) {
    room.loadOlder();
    reject(FRAME_HISTORY, "slow_down", retryAfterMs);
    const asked = count("history");
    room.loadOlder();
    expect([count("history"), room.now.older]).toEqual([asked, "loading"]);
    expect(wait()).toBe(waited);
    expect(room.now.older).toBe("exist");
  }
});

test("a refused Delete says so, and concerns that drawing only", () => {
  enter();
  const deletes = () => said.flatMap((one) => (one.$case === "delete" ? [one.value.seq] : []));
  const deleted = (seq: number, by: string, deletion: number) =>
    room.hear({ $case: "deleted", value: { room: "main", seq, by, deletion } });
  const codes: string[] = [];
  const erase = (seq: number) => room.erase(seq, ({ code }) => codes.push(`${seq} ${code}`));
  const unsend = (seq: number) => {
    const { clientId } = room.send(doodle, "");
    accept(seq);
    room.unsend(clientId, () => Promise.resolve());
  };
  const open = () => room.now.unsent.flatMap((one) => (one.over ? [] : [one.seq]));
  unsend(7);
  erase(4);
  erase(5);
  unsend(8);
  unsend(9);
  expect(deletes()).toEqual([7, 4, 5, 8, 9]);
  reject(FRAME_DELETE, "busy");
  reject(FRAME_DELETE, "not_yours");
  deleted(5, "ada", 1);
  deleted(8, "eve", 2);
  reject(FRAME_DELETE, "no_such_message");
  expect(codes).toEqual(["4 not_yours"]);
  expect(open()).toEqual([7, 9]);
  reject(FRAME_DELETE, "no_such_message");
  expect(open()).toEqual([7]);
  wait();
  expect(deletes()).toEqual([7, 4, 5, 8, 9, 7]);
  deleted(7, "ada", 3);
  expect(room.busy).toBe(false);
});

test("what another tab took back meanwhile does not go out from this one", async () => {
  connected = false;
  const { clientId, safe } = room.send(doodle, "no");
  await safe;
  await room.send(doodle, "yes").safe;
  const other = newRoom();
  for (const one of await keep.outbox("ada")) other.adopt(one);
  room.takeBack(clientId, () => Promise.resolve());
  await new Promise(setImmediate);
  connected = true;
  room = other;
  enter();
  await new Promise(setImmediate);
  const captions = said.flatMap((one) => (one.$case === "send" ? [one.value.caption] : []));
  expect(captions).toEqual(["yes"]);
  expect(room.now.pending).toMatchObject([{ caption: "yes", state: "sending" }]);
});
