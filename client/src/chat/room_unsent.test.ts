// Deletions, drawings taken back, remixes and pens, in the state of a room.
import { describe, expect, test } from "vitest";
import { entered, joined, message, messages, pending, run, seqs } from "./room_fixture";

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

  test("one kept from when saved rooms had no epoch stays one", () => {
    const old = { ...remix, epoch: 0 };
    const waiting = run([{ kind: "put", pending: { ...pending("a"), remix: old } }]);
    const room = run([{ kind: "asked_to_join" }, joined([], { epoch: 8 })], waiting);
    expect(room.pending[0]?.remix).toEqual(old);
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
