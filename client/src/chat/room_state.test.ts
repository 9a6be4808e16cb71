import { describe, expect, test } from "vitest";
import { seeded, testSeed } from "../ink/seeded";
import type { Drawing } from "../ink/stroke";
import {
  EMPTY_ROOM,
  type Message,
  type Pending,
  type RoomEvent,
  type RoomState,
  reduce,
} from "./room_state";

const drawing: Drawing = { paper: 0xffffff, strokes: [] };

const message = (seq: number, author = "bob", clientId = `id-${seq}`): Message => ({
  seq,
  author,
  sentAtMs: seq * 1000,
  drawing,
  caption: "",
  clientId,
});
const messages = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => message(from + i));

const pending = (clientId: string, madeAtMs = 1): Pending => ({
  clientId,
  room: "main",
  author: "ada",
  madeAtMs,
  drawing,
  caption: "",
  state: "waiting",
  code: "",
  reason: "",
});

const joined = (of: Message[], more: Partial<Extract<RoomEvent, { kind: "joined" }>> = {}) =>
  ({
    kind: "joined",
    members: ["ada", "bob"],
    occupancy: 2,
    messages: of,
    more: false,
    reset: false,
    epoch: 0,
    deletion: 0,
    deleted: [],
    ...more,
  }) as const;

const run = (events: RoomEvent[], from: RoomState = EMPTY_ROOM) => events.reduce(reduce, from);
const seqs = (room: RoomState) => room.messages.map((one) => one.seq);
const entered = (of: Message[], more = {}) => run([{ kind: "asked_to_join" }, joined(of, more)]);

describe("entering", () => {
  test("shows the newest page, and knows whether there are older ones", () => {
    const room = entered(messages(51, 100), { more: true });
    expect(room).toMatchObject({ place: "inside", upTo: 100, older: "exist", need: "nothing" });
    expect(entered(messages(1, 3)).older).toBe("none");
  });

  test("an empty room is one without older drawings", () => {
    expect(entered([])).toMatchObject({ place: "inside", upTo: 0, older: "none", need: "nothing" });
  });

  test("a refusal says why, and trying again clears it", () => {
    const refused = run([
      { kind: "asked_to_join" },
      { kind: "refused", code: "room_full", reason: "Full." },
    ]);
    expect(refused).toMatchObject({ place: "refused", refusal: { code: "room_full" } });
    expect(reduce(refused, { kind: "asked_to_join" })).toMatchObject({
      place: "joining",
      refusal: undefined,
    });
  });
});

describe("live messages", () => {
  test("the next one is shown", () => {
    const room = run([{ kind: "message", message: message(4) }], entered(messages(1, 3)));
    expect(seqs(room)).toEqual([1, 2, 3, 4]);
    expect(room).toMatchObject({ upTo: 4, need: "nothing" });
  });

  test("the same one twice is one", () => {
    const live: RoomEvent = { kind: "message", message: message(4) };
    expect(seqs(run([live, live], entered(messages(1, 3))))).toEqual([1, 2, 3, 4]);
  });

  test("one beyond a gap is shown, and the gap is asked for", () => {
    const gap = run([{ kind: "message", message: message(6) }], entered(messages(1, 3)));
    expect(gap).toMatchObject({ upTo: 3, need: "catch_up" });
    const asked = reduce(gap, { kind: "asked_to_join" });
    expect(asked).toMatchObject({ asked: 3, need: "nothing", place: "inside" });
    const filled = reduce(asked, joined(messages(4, 6)));
    expect(seqs(filled)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(filled).toMatchObject({ upTo: 6, need: "nothing" });
  });

  test("a gap that a deletion left is not asked for again and again", () => {
    const gap = run(
      [{ kind: "message", message: message(6) }, { kind: "asked_to_join" }],
      entered(messages(1, 3)),
    );
    expect(reduce(gap, joined([message(6)]))).toMatchObject({ upTo: 6, need: "nothing" });
  });

  test("one that came during a catch-up, beyond its page, is asked for afterwards", () => {
    const catching = run(
      [{ kind: "asked_to_join" }, { kind: "message", message: message(9) }],
      entered(messages(1, 3)),
    );
    expect(catching.need).toBe("nothing");
    expect(reduce(catching, joined(messages(4, 7)))).toMatchObject({ upTo: 7, need: "catch_up" });
  });
});

describe("coming back", () => {
  test("a long absence is caught up page by page", () => {
    const back = run([{ kind: "outside" }, { kind: "asked_to_join" }], entered(messages(1, 3)));
    expect(back.asked).toBe(3);
    const first = reduce(back, joined(messages(4, 53), { more: true }));
    expect(first).toMatchObject({ upTo: 53, need: "catch_up" });
    const second = run([{ kind: "asked_to_join" }, joined(messages(54, 60))], first);
    expect(second).toMatchObject({ upTo: 60, need: "nothing" });
    expect(seqs(second)).toEqual(seqs(entered(messages(1, 60))));
  });

  test("what is known of older ones stays known", () => {
    const back = run(
      [{ kind: "outside" }, { kind: "asked_to_join" }, joined([])],
      entered(messages(51, 100), { more: true }),
    );
    expect(back.older).toBe("exist");
  });

  test("into another life of a temporary room: the old one is forgotten, own drawings are not", () => {
    const before = run(
      [{ kind: "put", pending: pending("mine") }, { kind: "outside" }, { kind: "asked_to_join" }],
      entered(messages(1, 30), { epoch: 7 }),
    );
    const after = reduce(before, joined(messages(1, 2), { reset: true, epoch: 8 }));
    expect(seqs(after)).toEqual([1, 2]);
    expect(after).toMatchObject({ epoch: 8, upTo: 2, older: "none", notices: [] });
    expect(after.pending.map((one) => one.clientId)).toEqual(["mine"]);
  });
});

describe("own drawings", () => {
  test("are pending until accepted, and then a message like any other", () => {
    const room = run(
      [
        { kind: "put", pending: pending("mine") },
        { kind: "sending", clientId: "mine" },
        { kind: "accepted", clientId: "mine", seq: 4, sentAtMs: 99 },
      ],
      entered(messages(1, 3)),
    );
    expect(room.pending).toEqual([]);
    expect(room.messages[3]).toMatchObject({ seq: 4, author: "ada", sentAtMs: 99 });
    expect(room.upTo).toBe(4);
  });

  test("accepted beyond a gap are in their place, and the gap is asked for", () => {
    const room = run(
      [
        { kind: "put", pending: pending("mine") },
        { kind: "accepted", clientId: "mine", seq: 5, sentAtMs: 99 },
      ],
      entered(messages(1, 3)),
    );
    expect(seqs(room)).toEqual([1, 2, 3, 5]);
    expect(room).toMatchObject({ upTo: 3, need: "catch_up" });
  });

  test("whose acceptance was lost are found again among the messages", () => {
    const room = run(
      [
        { kind: "put", pending: pending("mine") },
        { kind: "sending", clientId: "mine" },
        { kind: "outside" },
        { kind: "asked_to_join" },
        joined([message(4, "ada", "mine")]),
      ],
      entered(messages(1, 3)),
    );
    expect(room.pending).toEqual([]);
    expect(seqs(room)).toEqual([1, 2, 3, 4]);
  });

  test("are not mistaken for somebody else's with the same id", () => {
    const room = run(
      [
        { kind: "put", pending: pending("same") },
        { kind: "message", message: message(4, "bob", "same") },
      ],
      entered(messages(1, 3)),
    );
    expect(room.pending).toHaveLength(1);
  });

  test("wait again when the connection goes; failed ones stay failed", () => {
    const room = run(
      [
        { kind: "put", pending: pending("a") },
        { kind: "put", pending: pending("b") },
        { kind: "sending", clientId: "a" },
        { kind: "failed", clientId: "b", code: "caption_too_long", reason: "Too long." },
        { kind: "outside" },
      ],
      entered([]),
    );
    expect(room.pending.map((one) => one.state)).toEqual(["waiting", "failed"]);
  });

  test("stand in the order in which they were made", () => {
    const room = run([
      { kind: "put", pending: pending("later", 20) },
      { kind: "put", pending: pending("earlier", 10) },
    ]);
    expect(room.pending.map((one) => one.clientId)).toEqual(["earlier", "later"]);
  });
});

describe("older ones", () => {
  test("come in above, and end with the first", () => {
    const room = run(
      [{ kind: "asked_for_older" }, { kind: "page", messages: messages(21, 50), more: true }],
      entered(messages(51, 60), { more: true }),
    );
    expect(seqs(room)).toEqual(seqs(entered(messages(21, 60))));
    expect(room).toMatchObject({ older: "exist", upTo: 60 });
    const all = run(
      [{ kind: "asked_for_older" }, { kind: "page", messages: messages(1, 20), more: false }],
      room,
    );
    expect(all.older).toBe("none");
    expect(all.messages).toHaveLength(60);
  });

  test("can be asked for again when the connection went in between", () => {
    const room = run(
      [{ kind: "asked_for_older" }, { kind: "outside" }],
      entered(messages(51, 60), { more: true }),
    );
    expect(room.older).toBe("exist");
  });
});

describe("people", () => {
  const came = (user: string, change: "joined" | "left", occupancy: number): RoomEvent => ({
    kind: "presence",
    user,
    change,
    occupancy,
    me: "ada",
  });

  test("come and go with a line, oneself without", () => {
    const room = run([came("cleo", "joined", 3), came("ada", "joined", 3)], entered([]));
    expect(room.members).toEqual(["bob", "cleo", "ada"]);
    expect(room.notices.map((one) => one.user)).toEqual(["cleo"]);
    expect(room.occupancy).toBe(3);
  });

  test("who comes and goes between two drawings is one line", () => {
    const room = run(
      [came("cleo", "joined", 3), came("cleo", "left", 2), came("cleo", "joined", 3)],
      entered([]),
    );
    expect(room.notices).toHaveLength(1);
    expect(room.notices[0]?.change).toBe("joined");
  });

  test("in a large room only their number is told", () => {
    const room = run(
      [{ kind: "presence", user: "", change: "count", occupancy: 500, me: "ada" }],
      entered([]),
    );
    expect(room).toMatchObject({ occupancy: 500, notices: [] });
  });
});

test("a deleted message is gone", () => {
  expect(seqs(run([{ kind: "deleted", seq: 2, deletion: 1 }], entered(messages(1, 3))))).toEqual([
    1, 3,
  ]);
});

test("a lone message below the newest page does not hide the gap between them", () => {
  let room = run([{ kind: "asked_to_join" }, joined([])]);
  room = reduce(room, { kind: "message", message: message(2) });
  room = reduce(room, { kind: "asked_to_join" });
  expect(room.asked).toBe(0);
  room = reduce(room, joined(messages(4, 8), { more: true }));
  expect(seqs(room)).toEqual([4, 5, 6, 7, 8]);
  expect(room.older).toBe("exist");
});

test("whatever is lost, repeated or late: in the end all is there once and in order", () => {
  const seed = testSeed();
  const random = seeded(seed);
  for (let round = 0; round < 100; round++) {
    const stored: Message[] = messages(1, Math.floor(random() * 40));
    const pageSize = 5;
    let room: RoomState = EMPTY_ROOM;
    /** The server's answer to a Join, as it would be now. */
    const answer = () => {
      const after = room.asked ?? 0;
      const newer = stored.filter((one) => one.seq > after);
      const page = after === 0 ? stored.slice(-pageSize) : newer.slice(0, pageSize);
      const more = after === 0 ? stored.length > pageSize : newer.length > pageSize;
      return joined(page, { more });
    };
    const settle = () => {
      while (room.need === "catch_up" || room.asked !== undefined) {
        if (room.asked === undefined) room = reduce(room, { kind: "asked_to_join" });
        room = reduce(room, answer());
      }
    };
    room = run([{ kind: "asked_to_join" }], room);
    settle();
    for (let step = 0; step < 60; step++) {
      const dice = random();
      if (dice < 0.6) {
        const next = message(stored.length + 1);
        stored.push(next);
        if (random() < 0.7) room = reduce(room, { kind: "message", message: next });
        if (random() < 0.2) room = reduce(room, { kind: "message", message: next });
      } else if (dice < 0.75) {
        room = run([{ kind: "outside" }, { kind: "asked_to_join" }], room);
      } else {
        settle();
      }
    }
    room = run([{ kind: "outside" }, { kind: "asked_to_join" }], room);
    settle();
    const first = room.messages[0]?.seq ?? 1;
    const expected = stored.filter((one) => one.seq >= first).map((one) => one.seq);
    expect(seqs(room), `COLO_SEED=${seed}, round ${round}`).toEqual(expected);
  }
});

describe("deletions", () => {
  test("those that were missed come with Joined, and are counted from there", () => {
    const before = entered(messages(1, 5), { deletion: 2 });
    expect(before.deletion).toBe(2);
    const back = run(
      [
        { kind: "outside" },
        { kind: "asked_to_join" },
        joined([message(6)], { deletion: 4, deleted: [2, 5] }),
      ],
      before,
    );
    expect(seqs(back)).toEqual([1, 3, 4, 6]);
    expect(back).toMatchObject({ deletion: 4, upTo: 6, need: "nothing" });
  });

  test("a gap in their numbers is asked for", () => {
    const before = entered(messages(1, 5), { deletion: 2 });
    const next = run([{ kind: "deleted", seq: 1, deletion: 3 }], before);
    expect(next).toMatchObject({ deletion: 3, need: "nothing" });
    const gap = run([{ kind: "deleted", seq: 2, deletion: 5 }], next);
    expect(gap).toMatchObject({ deletion: 3, need: "catch_up" });
    expect(seqs(gap)).toEqual([3, 4, 5]);
    // One that was heard of already, as an older server tells it, asks nothing.
    expect(run([{ kind: "deleted", seq: 2, deletion: 0 }], next).need).toBe("nothing");
  });
});

describe("what was taken back after it had gone out", () => {
  const unsend = (clientId: string, seq = 0) =>
    ({ kind: "unsent", author: "ada", clientId, seq }) as const;
  const mine = message(6, "ada", "a");

  test("is out of sight at once, and stays so", () => {
    const room = run(
      [{ kind: "put", pending: pending("a") }, unsend("a")],
      entered(messages(1, 5)),
    );
    expect(room.pending).toEqual([]);
    const arrived = run([{ kind: "message", message: mine }], room);
    expect(seqs(arrived)).toEqual([1, 2, 3, 4, 5]);
    expect(arrived).toMatchObject({ upTo: 6, unsent: [{ seq: 6, over: false }] });
    const answered = run([{ kind: "accepted", clientId: "a", seq: 6, sentAtMs: 1 }], room);
    expect(answered.unsent).toMatchObject([{ seq: 6, over: false }]);
    const gone = run([{ kind: "deleted", seq: 6, deletion: 1 }], arrived);
    expect(gone.unsent).toMatchObject([{ over: true }]);
  });

  test("is over when all is here and it is not; a late frame opens it again", () => {
    const room = run(
      [
        { kind: "put", pending: pending("a") },
        unsend("a"),
        { kind: "outside" },
        { kind: "asked_to_join" },
        joined([]),
      ],
      entered(messages(1, 5)),
    );
    expect(room.unsent).toMatchObject([{ seq: 0, over: true }]);
    const late = run([{ kind: "message", message: mine }], room);
    expect(late.unsent).toMatchObject([{ seq: 6, over: false }]);
    expect(seqs(late)).toEqual([1, 2, 3, 4, 5]);
  });

  test("hides nobody else's drawing", () => {
    const room = run([unsend("a")], entered(messages(1, 5)));
    expect(seqs(run([{ kind: "message", message: message(6, "bob", "a") }], room))).toContain(6);
  });
});

describe("remixes", () => {
  const remix = { seq: 3, author: "bob", epoch: 7 };

  test("an accepted one still says whose it came from", () => {
    const room = run(
      [
        { kind: "put", pending: { ...pending("a"), remix } },
        { kind: "accepted", clientId: "a", seq: 6, sentAtMs: 1 },
      ],
      entered(messages(1, 5), { epoch: 7 }),
    );
    expect(room.messages[5]?.remix).toMatchObject({ seq: 3, author: "bob" });
  });

  test("in another life of the room the number is another drawing's", () => {
    const waiting = run([{ kind: "put", pending: { ...pending("a"), remix } }]);
    expect(waiting.pending[0]?.remix).toBeDefined();
    const room = run([{ kind: "asked_to_join" }, joined([], { epoch: 8 })], waiting);
    expect(room.pending[0]?.remix).toBeUndefined();
    const late = run([{ kind: "put", pending: { ...pending("b"), remix } }], room);
    expect(late.pending.map((one) => one.remix)).toEqual([undefined, undefined]);
  });
});

test("a pen is shown until it is lifted, its owner leaves or the connection goes", () => {
  const down = (user: string) => ({ kind: "pen", user, down: true }) as const;
  const room = run([down("bob"), down("eve"), down("bob")], entered([]));
  expect(room.drawing).toEqual(["eve", "bob"]);
  expect(run([{ kind: "pen", user: "bob", down: false }], room).drawing).toEqual(["eve"]);
  const left = { kind: "presence", user: "bob", change: "left", occupancy: 1, me: "ada" } as const;
  expect(run([left], room).drawing).toEqual(["eve"]);
  expect(run([{ kind: "outside" }], room).drawing).toEqual([]);
});
