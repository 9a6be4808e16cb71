import { describe, expect, test } from "vitest";
import { seeded, testSeed } from "../ink/seeded";
import { entered, joined, message, messages, pending, run, seqs } from "./room_fixture";
import { EMPTY_ROOM, type Message, type RoomEvent, type RoomState, reduce } from "./room_state";

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

  test("into a saved room that was restored: what the server does not hold is forgotten", () => {
    const before = run(
      [{ kind: "outside" }, { kind: "asked_to_join" }],
      entered(messages(1, 10), { epoch: 4711 }),
    );
    const after = reduce(before, joined(messages(1, 7), { reset: true, epoch: 815 }));
    expect(seqs(after)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(after).toMatchObject({ epoch: 815, upTo: 7, older: "none", need: "nothing" });
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
