// What may be drawn and said, and the refusal of everything else.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { drawing, newClientId, stroke } from "../harness/drawings.mjs";
import { newPhoneIn } from "../harness/phone.mjs";

const colo = await startColo({ after });
const rooms = ["main-chat", "scratch"];

const withStroke = (change) => drawing({ strokes: [stroke(change)] });
/** `count` points that stay where they are. */
const still = (count) => [5, 5, ...new Array(2 * (count - 1)).fill(0)];

const refusals = {
  drawing_blank: [
    ["no strokes", drawing({ strokes: [] })],
    ["a stroke without points", withStroke({ points: [], pressure: [] })],
    [
      "many strokes without points",
      drawing({ strokes: new Array(10).fill(stroke({ points: [], pressure: [] })) }),
    ],
  ],
  drawing_version: [
    ["no version, for there is no drawing", undefined],
    ["version 0", drawing({ version: 0 })],
    ["version 2", drawing({ version: 2 })],
  ],
  drawing_tool: [
    ["no tool", withStroke({ tool: undefined })],
    ["tool 7", withStroke({ tool: 7 })],
    ["tool -1", withStroke({ tool: -1 })],
  ],
  drawing_off_canvas: [
    ["left of the canvas", withStroke({ points: [-1, 0], pressure: [] })],
    ["above it", withStroke({ points: [0, -1], pressure: [] })],
    ["right of it", withStroke({ points: [2049, 0], pressure: [] })],
    ["below it", withStroke({ points: [0, 1537], pressure: [] })],
    ["leaving it", withStroke({ points: [2048, 0, 1, 0], pressure: [] })],
    ["leaving it and coming back", withStroke({ points: [0, 0, -1, 0, 1, 0], pressure: [] })],
    [
      "far out",
      withStroke({ points: [2147483647, 2147483647, 2147483647, 2147483647], pressure: [] }),
    ],
    [
      "far out, the other way",
      withStroke({ points: [-2147483648, 0, -2147483648, 0], pressure: [] }),
    ],
    [
      "a second stroke outside",
      drawing({ strokes: [stroke(), stroke({ points: [9999, 0], pressure: [] })] }),
    ],
  ],
  drawing_too_big: [
    ["too many points", withStroke({ points: still(20_001), pressure: [] })],
    [
      "too many strokes",
      drawing({ strokes: new Array(2001).fill({ tool: 1, width: 1, points: [5, 5] }) }),
    ],
  ],
  drawing_malformed: [
    ["a stamp that is none", withStroke({ tool: "TOOL_STAMP", stamp: 0x1f4a9 })],
    ["a stamp in two places", withStroke({ tool: "TOOL_STAMP", stamp: 65, points: [5, 5, 1, 1] })],
    ["a pen with a sign", withStroke({ tool: "TOOL_PEN", stamp: 65 })],
    ["an odd number of coordinates", withStroke({ points: [1, 2, 3], pressure: [] })],
    ["half a point", withStroke({ points: [1], pressure: [] })],
    [
      "a stroke without points among others",
      drawing({ strokes: [stroke(), stroke({ points: [], pressure: [] })] }),
    ],
    ["too few pressures", withStroke({ pressure: [1] })],
    ["too many pressures", withStroke({ pressure: [1, 2, 3, 4, 5] })],
    ["a pressure above 255", withStroke({ pressure: [1, 2, 3, 256] })],
    ["width 0", withStroke({ width: 0 })],
    ["width 257", withStroke({ width: 257 })],
    ["a colour that is none", withStroke({ rgb: 0x1000000 })],
    ["paper of a colour that is none", drawing({ paper: 0xffffffff })],
    ["a stroke that begins after a day", withStroke({ startMs: 86_400_001 })],
    ["a stroke that takes more than a day", withStroke({ durationMs: 4_294_967_295 })],
  ],
};

for (const [code, cases] of Object.entries(refusals)) {
  test(`a drawing with ${cases.map(([what]) => what).join(", ")} is ${code}`, async (t) => {
    const phone = await newPhoneIn(t, colo, ...rooms);
    for (const room of rooms) {
      for (const [what, bad] of cases) {
        const clientId = newClientId();
        phone.line.send({ send: { room, clientId, drawing: bad } });
        const rejected = await phone.until((f) => f.rejected ?? f.accepted);
        assert.equal(rejected.code, code, what);
        assert.equal(rejected.clientId, clientId, what);
        assert.equal(rejected.room, room);
        assert.equal(rejected.frame, 4);
        assert.equal(rejected.retryAfterMs, 0);
        assert.match(rejected.reason, /^[A-Z].*\.$/);
      }
      assert.deepEqual(phone.line.told(room), []);
    }
  });
}

test("what is just within the limits is taken and comes back as it was sent", async (t) => {
  const [author, reader] = [
    await newPhoneIn(t, colo, ...rooms),
    await newPhoneIn(t, colo, ...rooms),
  ];
  const good = [
    withStroke({ points: [0, 0, 2048, 1536, -2048, -1536], pressure: [0, 255, 1] }),
    withStroke({ points: [2048, 1536], pressure: [], width: 256, rgb: 0xffffff }),
    withStroke({ width: 1, startMs: 86_400_000, durationMs: 86_400_000 }),
    drawing({
      paper: 0xffffff,
      strokes: new Array(300).fill(stroke({ points: [5, 5], pressure: [] })),
    }),
    drawing({ strokes: [stroke({ tool: "TOOL_ERASER" }), stroke()] }),
  ];
  for (const room of rooms) {
    for (const one of good) {
      const { seq } = await author.draw(room, { drawing: one });
      const message = await reader.until((f) => f.message);
      assert.equal(message.seq, seq);
      const shown = message.drawing.strokes.map((s) => ({ startMs: 0, pressure: [], ...s }));
      assert.deepEqual(shown, one.strokes);
      assert.equal(message.drawing.paper, one.paper);
    }
  }
});

test("a client_id is 16 bytes", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  for (const bytes of [0, 1, 15, 17, 1000]) {
    const clientId = Buffer.alloc(bytes, 7).toString("base64");
    const rejected = await phone.line.refused({
      send: { room: "main-chat", clientId, drawing: drawing() },
    });
    assert.equal(rejected.code, "bad_client_id");
    assert.equal(rejected.frame, 4);
  }
});

test("a caption has at most 280 characters and none that control", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const bad = [
    ["x".repeat(281), "caption_too_long"],
    ["🦊".repeat(281), "caption_too_long"],
    ["x\u0000y", "caption_characters"],
    ["two\nlines", "caption_characters"],
    ["\u001b[31mred", "caption_characters"],
    ["\u0085", "caption_characters"],
    ["a\u2028b", "caption_characters"],
    ["\u202egnirts", "caption_characters"],
  ];
  for (const [caption, code] of bad) {
    const clientId = newClientId();
    const send = { room: "main-chat", clientId, drawing: drawing(), caption };
    const rejected = await phone.line.refused({ send });
    assert.equal(rejected.code, code, JSON.stringify(caption.slice(0, 20)));
    assert.equal(rejected.clientId, clientId);
  }
});

test("a remix names a drawing that is there", async (t) => {
  for (const room of rooms) {
    const phone = await newPhoneIn(t, colo, room);
    const { seq } = await phone.draw(room);
    const remix = await phone.draw(room, { remixOf: seq });
    assert.equal(remix.seq, seq + 1);
    const message = await phone.until((f) => f.message?.seq === remix.seq && f.message);
    assert.equal(message.remixOf, seq);
    assert.equal(message.remixAuthor, phone.name);
    for (const remixOf of [seq + 2, seq + 100, "18446744073709551615"])
      await assert.rejects(phone.draw(room, { remixOf }), /no_such_message/);
    assert.equal((await phone.draw(room)).seq, seq + 2, "a refusal costs no seq");
  }
});

test("a remix says whose it came from, also when that one is deleted", async (t) => {
  for (const room of rooms) {
    const [author, other] = [await newPhoneIn(t, colo, room), await newPhoneIn(t, colo, room)];
    const { seq } = await author.draw(room);
    const first = await other.draw(room, { remixOf: seq });
    author.line.send({ delete: { room, seq } });
    await other.until((f) => f.deleted);
    const second = await other.draw(room, { remixOf: seq });
    const { messages } = await (await newPhoneIn(t, colo)).join(room);
    for (const remix of [first, second]) {
      const message = messages.find((m) => m.seq === remix.seq);
      assert.equal(message.remixOf, seq);
      assert.equal(message.remixAuthor, author.name);
    }
  }
});

test("the same drawing sent again is accepted again, with its first seq, and shown once", async (t) => {
  for (const room of rooms) {
    const [author, reader] = [await newPhoneIn(t, colo, room), await newPhoneIn(t, colo, room)];
    const clientId = newClientId();
    const first = await author.draw(room, { clientId, caption: "first" });
    const again = await author.draw(room, { clientId, caption: "again" });
    assert.equal(again.seq, first.seq);
    assert.equal(again.sentAtMs, first.sentAtMs);
    await author.connect();
    await author.join(room);
    assert.equal((await author.draw(room, { clientId })).seq, first.seq);

    const same = newClientId();
    for (let i = 0; i < 5; ++i) author.line.post(room, { clientId: same });
    const seqs = [];
    for (let i = 0; i < 5; ++i) seqs.push((await author.until((f) => f.accepted)).seq);
    assert.deepEqual(seqs, new Array(5).fill(first.seq + 1));

    // Somebody else's id may well be the same.
    assert.equal((await reader.draw(room, { clientId })).seq, first.seq + 2);
    await reader.line.settled(room);
    assert.deepEqual(
      reader.line.told(room).map((m) => [m.seq, m.author, m.caption]),
      [
        [first.seq, author.name, "first"],
        [first.seq + 1, author.name, ""],
        [first.seq + 2, reader.name, ""],
      ],
    );
  }
});

test("what is one's own can be deleted, by its author alone, and only once", async (t) => {
  for (const room of rooms) {
    const [author, other] = [await newPhoneIn(t, colo, room), await newPhoneIn(t, colo, room)];
    const { seq } = await author.draw(room, { caption: "to be deleted" });
    const kept = await author.draw(room);
    const refused = async (phone, number, code) => {
      const rejected = await phone.line.refused({ delete: { room, seq: number } });
      assert.equal(rejected.code, code);
      assert.equal(rejected.frame, 6);
    };
    await refused(other, seq, "not_yours");
    author.line.send({ delete: { room, seq } });
    const { deletion } = await author.until((f) => f.deleted?.seq === seq && f.deleted);
    const told = { room, seq, by: author.name, deletion };
    assert.deepEqual(await other.until((f) => f.deleted), told);
    await refused(author, seq, "no_such_message");
    for (const number of [0, kept.seq + 1, 1_000_000])
      await refused(author, number, "no_such_message");

    const { messages } = await other.line.history(room, kept.seq + 1);
    assert.ok(messages.every((m) => m.seq !== seq));
    assert.equal(messages.at(-1).seq, kept.seq);
    const late = await newPhoneIn(t, colo);
    const joined = await late.join(room);
    assert.ok(joined.messages.every((m) => m.seq !== seq));
    assert.equal((await author.draw(room)).seq, kept.seq + 1, "its number is not used again");
  }
});

test("who was away is told what was deleted meanwhile", async (t) => {
  for (const room of rooms) {
    const [author, away] = [await newPhoneIn(t, colo, room), await newPhoneIn(t, colo, room)];
    const seqs = [];
    for (let i = 0; i < 4; ++i) seqs.push((await author.draw(room)).seq);
    const { epoch, deletion } = await away.join(room);
    await away.line.drop();
    for (const seq of [seqs[2], seqs[0]]) author.line.send({ delete: { room, seq } });
    const last = await author.draw(room);
    await away.connect();
    const joined = await away.join(room, {
      afterSeq: seqs[3],
      epoch,
      afterDeletion: deletion,
    });
    assert.equal(joined.reset, false);
    assert.deepEqual(joined.deleted, [seqs[2], seqs[0]]);
    assert.equal(joined.deletion, deletion + 2);
    assert.deepEqual(
      joined.messages.map((m) => m.seq),
      [last.seq],
    );
    // Of what it has not heard of yet, it need not hear that it is gone.
    const early = await away.join(room, { afterSeq: seqs[1], epoch, afterDeletion: deletion });
    assert.deepEqual(early.deleted, [seqs[0]]);
    const ahead = await away.join(room, {
      afterSeq: seqs[1],
      epoch,
      afterDeletion: deletion + 3,
    });
    assert.equal(ahead.reset, true);
  }
});
