import { beforeEach, describe, expect, test } from "vitest";
import type { Heard, Say } from "../wire/frames";
import { fromHex } from "../wire/random";
import { type Keep, memoryKeep } from "./keep";
import { Room } from "./room";
import { doodle } from "./room_fixture";
import type { Returned } from "./room_host";
import type { Pending } from "./room_state";

let said: Say[];
let connected: boolean;
let timers: { run: () => void; ms: number }[];
let refused: Pending[];
let drained: number;
let keep: Keep;
let clock: number;
let room: Room;
let inHands: Returned | undefined;
/** Hands that keep what they get at once. */
const put = async (returned: Returned) => {
  inHands = returned;
};

const newRoom = () =>
  new Room("main", {
    person: "ada",
    keep,
    say: (frame) => {
      if (connected) said.push(frame);
      return connected;
    },
    later: (run, ms) => {
      timers.push({ run, ms });
      return () => {
        timers = timers.filter((one) => one.run !== run);
      };
    },
    now: () => ++clock,
    refused: (pending) => refused.push(pending),
    drained: () => drained++,
  });

const joinedFrame = (): Heard => ({
  $case: "joined",
  value: {
    room: "main",
    members: ["ada"],
    messages: [],
    more: false,
    reset: false,
    epoch: 0,
    occupancy: 1,
    deletion: 0,
    deleted: [],
  },
});
const sends = () => said.flatMap((one) => (one.$case === "send" ? [one.value] : []));
const captions = () => sends().map((one) => one.caption);
const accept = (index: number, seq: number) => {
  const clientId = sends()[index]?.clientId ?? new Uint8Array();
  room.hear({ $case: "accepted", value: { clientId, room: "main", seq, sentAtMs: 5 } });
};
const reject = (index: number, code: string, retryAfterMs = 0) => {
  const clientId = sends()[index]?.clientId ?? new Uint8Array();
  const reason = "A sentence.";
  room.hear({
    $case: "rejected",
    value: { clientId, code, reason, retryAfterMs, room: "main", frame: 4 },
  });
};
const enter = () => {
  room.join();
  room.hear(joinedFrame());
};

beforeEach(() => {
  said = [];
  connected = true;
  timers = [];
  refused = [];
  drained = 0;
  clock = 0;
  inHands = undefined;
  keep = memoryKeep();
  room = newRoom();
});

test("drawings go out one at a time, in order", async () => {
  enter();
  for (const caption of ["one", "two", "three"]) room.send(doodle, caption);
  expect(captions()).toEqual(["one"]);
  accept(0, 1);
  expect(captions()).toEqual(["one", "two"]);
  accept(1, 2);
  accept(2, 3);
  expect(captions()).toEqual(["one", "two", "three"]);
  expect(room.now.messages.map((one) => one.caption)).toEqual(["one", "two", "three"]);
  expect(await keep.outbox("ada")).toEqual([]);
});

test("each carries 16 bytes of its own, and the ink as it was drawn", () => {
  enter();
  room.send(doodle, "");
  accept(0, 1);
  room.send(doodle, "");
  const [first, second] = sends();
  expect(first?.clientId).toHaveLength(16);
  expect(second?.clientId).not.toEqual(first?.clientId);
  expect(first?.drawing?.strokes[0]?.points).toEqual([5, 5]);
});

test("what was drawn without a connection waits, and goes out after the next Joined", async () => {
  connected = false;
  await room.send(doodle, "from the lift").safe;
  expect(room.now.pending.map((one) => one.state)).toEqual(["waiting"]);
  connected = true;
  enter();
  expect(captions()).toEqual(["from the lift"]);
});

test("an answer that was lost with the connection: sent again with the same client_id", () => {
  enter();
  room.send(doodle, "twice");
  room.outside();
  enter();
  const [first, second] = sends();
  expect(second?.clientId).toEqual(first?.clientId);
  accept(1, 1);
  expect(room.now.messages).toHaveLength(1);
  expect(room.now.pending).toEqual([]);
});

test("what an earlier page left goes out before what is drawn now", async () => {
  connected = false;
  await room.send(doodle, "earlier").safe;
  const left = await keep.outbox("ada");
  connected = true;
  room = newRoom();
  for (const one of left) room.adopt(one);
  room.send(doodle, "now");
  enter();
  await new Promise(setImmediate);
  accept(0, 1);
  expect(captions()).toEqual(["earlier", "now"]);
});

describe("a rejected drawing", () => {
  test("is handed back with the reason and stays in the outbox", async () => {
    enter();
    room.send(doodle, "too long");
    reject(0, "caption_too_long");
    expect(refused).toMatchObject([{ code: "caption_too_long", reason: "A sentence." }]);
    expect(await keep.outbox("ada")).toMatchObject([{ state: "failed", caption: "too long" }]);
  });

  test("does not hold up the next one", () => {
    enter();
    room.send(doodle, "bad");
    room.send(doodle, "good");
    reject(0, "caption_characters");
    expect(captions()).toEqual(["bad", "good"]);
  });

  test("can be taken back, and is then nowhere else", async () => {
    enter();
    room.send(doodle, "bad");
    reject(0, "drawing_tool");
    const [failed] = room.now.pending;
    expect(room.takeBack(failed?.clientId ?? "", put)).toBe(true);
    expect(inHands).toMatchObject({ caption: "bad" });
    expect(room.now.pending).toEqual([]);
    await new Promise(setImmediate);
    expect(await keep.outbox("ada")).toEqual([]);
  });
});

test("told to slow down, it waits as long as it was told, and then sends the same again", () => {
  enter();
  room.send(doodle, "fast");
  reject(0, "slow_down", 1500);
  expect(refused).toEqual([]);
  expect(timers.map((one) => one.ms)).toEqual([1500]);
  timers[0]?.run();
  const [first, second] = sends();
  expect(second?.clientId).toEqual(first?.clientId);
});

test("a drawing that is on its way cannot be taken back", () => {
  enter();
  room.send(doodle, "");
  expect(room.takeBack(room.now.pending[0]?.clientId ?? "", put)).toBe(false);
});

test("a gap is asked for with the last seq that nothing is missing before", () => {
  enter();
  const live = (seq: number): Heard => ({
    $case: "message",
    value: {
      room: "main",
      seq,
      author: "bob",
      sentAtMs: 1,
      drawing: undefined,
      caption: "",
      remixOf: 0,
      remixAuthor: "",
      clientId: fromHex("00"),
    },
  });
  room.hear(live(1));
  room.hear(live(4));
  const last = said[said.length - 1];
  expect(last).toEqual({
    $case: "join",
    value: { room: "main", afterSeq: 1, epoch: 0, afterDeletion: 0 },
  });
});

test("older ones are asked for once, from the first that is there", () => {
  room.join();
  const frame = joinedFrame();
  if (frame.$case !== "joined") return;
  const [author, clientId] = ["bob", fromHex("01")];
  const message = {
    room: "main",
    seq: 51,
    author,
    sentAtMs: 1,
    caption: "",
    remixOf: 0,
    remixAuthor: "",
    clientId,
  };
  frame.value.messages = [{ ...message, drawing: undefined }];
  frame.value.more = true;
  room.hear(frame);
  room.loadOlder();
  room.loadOlder();
  expect(said.filter((one) => one.$case === "history")).toEqual([
    { $case: "history", value: { room: "main", beforeSeq: 51, limit: 30 } },
  ]);
});

test("a full room says so, and is asked again only when the person wants", () => {
  room.join();
  room.hear({
    $case: "rejected",
    value: {
      clientId: new Uint8Array(),
      code: "room_full",
      reason: "Full.",
      retryAfterMs: 0,
      room: "main",
      frame: 2,
    },
  });
  expect(room.now).toMatchObject({ place: "refused", refusal: { code: "room_full" } });
  expect(timers).toEqual([]);
  room.join();
  expect(said.filter((one) => one.$case === "join")).toHaveLength(2);
});

test("when the last drawing is accepted, the outbox says that it is empty", () => {
  enter();
  const before = drained;
  room.send(doodle, "");
  expect(room.busy).toBe(true);
  expect(drained).toBe(before);
  accept(0, 1);
  expect(room.busy).toBe(false);
  expect(drained).toBeGreaterThan(before);
});

describe("unsend", () => {
  const deletes = () => said.flatMap((one) => (one.$case === "delete" ? [one.value.seq] : []));
  const deleted = (seq: number, deletion: number) =>
    room.hear({ $case: "deleted", value: { room: "main", seq, by: "ada", deletion } });
  const outbox = async () => (await keep.outbox("ada")).map((one) => one.clientId);

  test("what still waits never goes out", async () => {
    connected = false;
    const { clientId, safe } = room.send(doodle, "oh");
    await safe;
    room.unsend(clientId, put);
    expect(inHands).toMatchObject({ caption: "oh", drawing: doodle });
    await new Promise(setImmediate);
    connected = true;
    enter();
    expect([sends(), room.now.pending, await outbox()]).toEqual([[], [], []]);
  });

  test("what is on its way is deleted as soon as it is accepted", async () => {
    enter();
    const { clientId } = room.send(doodle, "oh");
    room.unsend(clientId, put);
    expect(inHands).toMatchObject({ caption: "oh", drawing: doodle });
    expect(room.now.pending).toEqual([]);
    expect(deletes()).toEqual([]);
    expect(room.busy).toBe(true);
    accept(0, 1);
    expect(deletes()).toEqual([1]);
    deleted(1, 1);
    expect(room.busy).toBe(false);
    await new Promise(setImmediate);
    expect(await outbox()).toEqual([]);
  });

  test("what is sent is deleted, also when the connection goes first", () => {
    enter();
    const { clientId } = room.send(doodle, "oh");
    accept(0, 1);
    room.unsend(clientId, put);
    expect(inHands).toMatchObject({ caption: "oh" });
    expect(room.now.messages).toEqual([]);
    expect(deletes()).toEqual([1]);
    room.outside();
    enter();
    expect(deletes()).toEqual([1, 1]);
    const reason = "It is gone.";
    const value = { clientId: new Uint8Array(), reason, retryAfterMs: 0, room: "main", frame: 6 };
    room.hear({ $case: "rejected", value: { ...value, code: "no_such_message" } });
    expect(room.busy).toBe(false);
  });

  test("the next page remembers what was on its way when it was taken back", async () => {
    enter();
    const { clientId, safe } = room.send(doodle, "oh");
    await safe;
    room.unsend(clientId, put);
    await new Promise(setImmediate);
    const [left] = await keep.outbox("ada");
    const next = newRoom();
    if (left !== undefined) next.adopt(left);
    expect(next.now.pending).toEqual([]);
    room = next;
    room.join();
    const frame = joinedFrame();
    if (frame.$case !== "joined") throw new Error();
    const message = { room: "main", seq: 9, author: "ada", sentAtMs: 1, caption: "oh" };
    const rest = { drawing: undefined, remixOf: 0, remixAuthor: "", clientId: fromHex(clientId) };
    frame.value.messages = [{ ...message, ...rest }];
    room.hear(frame);
    expect(room.now.messages).toEqual([]);
    expect(deletes()).toEqual([9]);
  });

  test("a drawing that an administrator was quicker to delete cannot be had back", () => {
    enter();
    const { clientId } = room.send(doodle, "oh");
    accept(0, 1);
    deleted(1, 1);
    expect(room.unsend(clientId, put)).toBe(false);
    expect(inHands).toBeUndefined();
  });
});

test("a remix whose original is gone goes out all the same", async () => {
  enter();
  const remix = { seq: 3, author: "bob", epoch: 0 };
  await room.send(doodle, "after bob", remix).safe;
  expect(sends()[0]?.remixOf).toBe(3);
  reject(0, "no_such_message");
  expect(sends().map((one) => one.remixOf)).toEqual([3, 0]);
  expect(sends()[1]?.clientId).toEqual(sends()[0]?.clientId);
  expect((await keep.outbox("ada"))[0]?.remix).toBeUndefined();
  expect(refused).toEqual([]);
});

test("a large room is not told who draws, a small one is", () => {
  const pens = () => said.filter((one) => one.$case === "pen").length;
  enter();
  room.penIs(true);
  expect(pens()).toBe(1);
  const frame = joinedFrame();
  if (frame.$case !== "joined") throw new Error();
  room.outside();
  room.join();
  room.hear({ ...frame, value: { ...frame.value, occupancy: 65 } });
  room.penIs(true);
  expect(pens()).toBe(1);
});
