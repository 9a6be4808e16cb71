// Rooms: who is here, what was said, and in which order everybody hears it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { generousLimits, startColo, temporaryFolder, usualConfig } from "../harness/colo.mjs";
import { drawing, newClientId } from "../harness/drawings.mjs";
import { anotherPhoneOf, newPhone, newPhoneIn, Phone } from "../harness/phone.mjs";

// Each test has rooms of its own, so that none sees another's.
let numbers = 0;
const config = [generousLimits];
const persistent = [];
const temporary = [];
for (let i = 0; i < 30; ++i) {
  persistent.push(`saved-${i}`);
  temporary.push(`gone-${i}`);
  config.push(`[[room]]\nid = "saved-${i}"\n[[room]]\nid = "gone-${i}"\npersistent = false\n`);
}
config.push(
  '[[room]]\nid = "closet"\nname = "The Closet"\ncapacity = 1\ndescription = "For one"\n',
);
const colo = await startColo({ after }, { config: config.join("\n"), args: ["--shards", "2"] });
const newSaved = () => persistent[numbers++];
const newGone = () => temporary[numbers++];

const presence = (change, user) => (f) =>
  f.presence?.change === `CHANGE_${change}` && f.presence.user === user && f.presence;
const seqsOf = (messages) => messages.map((m) => m.seq);
const upTo = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Writes `count` drawings whose captions are their numbers. */
async function fill(phone, room, count) {
  for (let i = 1; i <= count; ++i) phone.line.post(room, { caption: String(i) });
  for (let i = 1; i <= count; ++i) assert.equal((await phone.until((f) => f.accepted)).seq, i);
}

for (const [kind, newRoom] of [
  ["saved", newSaved],
  ["temporary", newGone],
]) {
  test(`in a ${kind} room, what one draws the others see, in one order`, async (t) => {
    const room = newRoom();
    const phones = await Promise.all([1, 2, 3, 4].map(() => newPhoneIn(t, colo, room)));
    const before = Date.now();
    const rounds = 25;
    await Promise.all(
      phones.map(async (phone) => {
        for (let i = 0; i < rounds; ++i) {
          const {
            seq,
            sentAtMs,
            room: where,
          } = await phone.draw(room, { caption: `${phone.name} ${i}` });
          assert.ok(seq > 0 && where === room);
          assert.ok(Math.abs(sentAtMs - before) < 60_000);
        }
      }),
    );
    await Promise.all(phones.map((phone) => phone.line.settled(room)));
    const [first, ...others] = phones.map((phone) => phone.line.told(room));
    assert.deepEqual(seqsOf(first), upTo(1, 4 * rounds));
    for (const told of others) assert.deepEqual(told, first);
    for (const phone of phones) {
      const own = first.filter((m) => m.author === phone.name).map((m) => m.caption);
      assert.deepEqual(
        own,
        upTo(0, rounds - 1).map((i) => `${phone.name} ${i}`),
      );
    }
  });

  test(`in a ${kind} room, who comes late sees the newest page and pages back to the first`, async (t) => {
    const room = newRoom();
    const author = await newPhoneIn(t, colo, room);
    await fill(author, room, 130);
    const late = await newPhoneIn(t, colo);
    const joined = await late.join(room);
    assert.deepEqual(seqsOf(joined.messages), upTo(81, 130));
    assert.equal(joined.more, true);
    assert.equal(joined.reset, false);
    assert.ok(Number.isSafeInteger(joined.epoch) && joined.epoch > 0, `${joined.epoch}`);
    assert.deepEqual(
      joined.messages.map((m) => m.caption),
      upTo(81, 130).map(String),
    );

    const page = await late.line.history(room, 81);
    assert.deepEqual(seqsOf(page.messages), upTo(31, 80));
    assert.equal(page.more, true);
    const first = await late.line.history(room, 31);
    assert.deepEqual(seqsOf(first.messages), upTo(1, 30));
    assert.equal(first.more, false);

    assert.deepEqual(seqsOf((await late.line.history(room, 51)).messages), upTo(1, 50));
    assert.equal((await late.line.history(room, 51)).more, false);
    assert.deepEqual(seqsOf((await late.line.history(room, 131, 3)).messages), upTo(128, 130));
    assert.deepEqual(
      seqsOf((await late.line.history(room, 131, 4_000_000_000)).messages),
      upTo(81, 130),
    );
    assert.deepEqual(await late.line.history(room, 1), { room, messages: [], more: false });
    for (const beyond of [131, 1000, "9223372036854775807", "18446744073709551615"])
      assert.deepEqual(
        seqsOf((await late.line.history(room, beyond)).messages),
        upTo(81, 130),
        `${beyond}`,
      );
    await assert.rejects(late.line.history(room, 0), /bad_range/);
  });

  test(`in a ${kind} room, who was away catches up page by page and misses nothing`, async (t) => {
    const room = newRoom();
    const author = await newPhoneIn(t, colo, room);
    const reader = await newPhoneIn(t, colo);
    const { epoch } = await reader.join(room);
    await fill(author, room, 5);
    await reader.until((f) => f.message?.seq === 5);
    await reader.line.drop();
    for (let i = 6; i <= 125; ++i) author.line.post(room, { caption: String(i) });
    await author.until((f) => f.accepted?.seq === 125);

    await reader.connect();
    const seen = [];
    let joined = await reader.join(room, { afterSeq: 5, epoch });
    for (let pages = 0; pages < 10; ++pages) {
      assert.equal(joined.reset, false);
      seen.push(...seqsOf(joined.messages));
      if (!joined.more) break;
      joined = await reader.join(room, { afterSeq: seen.at(-1), epoch });
    }
    assert.deepEqual(seen, upTo(6, 125));
    await author.draw(room);
    assert.equal((await reader.until((f) => f.message)).seq, 126);
    assert.deepEqual(reader.line.told(room).length, 1);
    const nothing = await reader.join(room, { afterSeq: 126, epoch });
    assert.deepEqual(nothing.messages, []);
    assert.equal(nothing.more, false);
  });

  test(`in a ${kind} room, nothing is missed or told twice by whoever joins while others draw`, async (t) => {
    const room = newRoom();
    const authors = await Promise.all([1, 2].map(() => newPhoneIn(t, colo, room)));
    const joiner = await newPhoneIn(t, colo);
    const drawing = Promise.all(
      authors.map(async (author) => {
        for (let i = 0; i < 100; ++i) await author.draw(room);
      }),
    );
    for (let round = 0; round < 20; ++round) {
      const joined = await joiner.join(room);
      const last = joined.messages.at(-1)?.seq ?? 0;
      await joiner.line.settled(room);
      const since = joiner.line.heard.findIndex((f) => f.joined === joined);
      const told = joiner.line.heard.slice(since).flatMap((f) => f.message?.seq ?? []);
      assert.deepEqual(told, upTo(last + 1, last + told.length));
      joiner.line.leave(room);
    }
    await drawing;
  });
}

test("an unknown room is refused, whatever is asked of it", async (t) => {
  const phone = await newPhoneIn(t, colo);
  const frames = (room) => [
    [2, { join: { room } }],
    [3, { leave: { room } }],
    [4, { send: { room, clientId: newClientId(), drawing: drawing() } }],
    [5, { history: { room, beforeSeq: 1 } }],
    [6, { delete: { room, seq: 1 } }],
    [7, { pen: { room, down: true } }],
  ];
  for (const room of [
    "nowhere",
    "",
    "Main-Chat",
    "../etc",
    "'; DROP TABLE rooms;--",
    "<b>",
    "é".repeat(1000),
  ]) {
    for (const [number, frame] of frames(room)) {
      const rejected = await phone.line.refused(frame);
      assert.equal(rejected.code, "unknown_room");
      assert.equal(rejected.frame, number);
      assert.equal(rejected.room ?? "", room);
    }
  }
  for (const [number, frame] of frames(newSaved()).slice(1)) {
    const rejected = await phone.line.refused(frame);
    assert.equal(rejected.code, "not_in_room");
    assert.equal(rejected.frame, number);
  }
});

test("a full room is refused to others, not to the one inside", async (t) => {
  const inside = await newPhoneIn(t, colo, "closet");
  const outside = await newPhoneIn(t, colo);
  const rejected = await outside.line.refused({ join: { room: "closet" } });
  assert.equal(rejected.code, "room_full");
  assert.equal(rejected.room, "closet");
  assert.match(rejected.reason, /The Closet/);
  const send = { room: "closet", clientId: newClientId(), drawing: drawing() };
  assert.equal((await outside.line.refused({ send })).code, "not_in_room");
  const tablet = await anotherPhoneOf(t, inside);
  await tablet.connect();
  await tablet.join("closet");
  inside.line.leave("closet");
  await inside.line.refused({ leave: { room: "closet" } });
  assert.equal((await outside.line.refused({ join: { room: "closet" } })).code, "room_full");
  await tablet.line.close();
  // The server hears of the close a moment after the phone: the lobby tells.
  await outside.until((f) => f.rooms?.rooms.find((r) => r.id === "closet").occupancy === 0);
  assert.deepEqual((await outside.join("closet")).members, [outside.name]);
});

test("a socket may be in 8 rooms", async (t) => {
  const phone = await newPhoneIn(t, colo, ...persistent.slice(0, 8));
  const rejected = await phone.line.refused({ join: { room: persistent[8] } });
  assert.equal(rejected.code, "too_many_rooms");
  await phone.join(persistent[0]); // it is in there already
  phone.line.leave(persistent[0]);
  await phone.join(persistent[8]);
});

test("who comes and goes is told once per person, however many phones they have", async (t) => {
  const room = newSaved();
  const watcher = await newPhoneIn(t, colo, room);
  const person = await newPhoneIn(t, colo);
  const joined = await person.join(room);
  assert.deepEqual(joined.members.sort(), [watcher.name, person.name].sort());
  assert.equal(joined.occupancy, 2);
  assert.equal((await watcher.until(presence("JOINED", person.name))).occupancy, 2);

  const tablet = await anotherPhoneOf(t, person);
  await tablet.connect();
  assert.equal((await tablet.join(room)).occupancy, 2);
  await person.line.close();
  tablet.line.leave(room);
  assert.equal((await watcher.until(presence("LEFT", person.name))).occupancy, 1);
  await tablet.join(room);
  await tablet.line.close();
  await watcher.until(presence("JOINED", person.name));
  await watcher.until(presence("LEFT", person.name));
  await watcher.line.settled(room);
  const heard = watcher.line.heard.filter((f) => f.presence).map((f) => f.presence.change);
  assert.deepEqual(heard, ["CHANGE_JOINED", "CHANGE_LEFT", "CHANGE_JOINED", "CHANGE_LEFT"]);
});

test("one device hears what the same person draws on another", async (t) => {
  const room = newSaved();
  const phone = await newPhoneIn(t, colo, room);
  const tablet = await anotherPhoneOf(t, phone);
  await tablet.connect();
  await tablet.join(room);
  const { seq } = await phone.draw(room);
  assert.equal((await tablet.until((f) => f.message)).seq, seq);
});

test("a connection that merely dropped keeps its place, and nobody hears of it", async (t) => {
  const room = newGone();
  const [watcher, person] = [await newPhoneIn(t, colo, room), await newPhoneIn(t, colo, room)];
  await watcher.until(presence("JOINED", person.name));
  const { epoch } = await person.join(room);
  for (let round = 1; round <= 5; ++round) {
    await person.line.drop();
    await watcher.draw(room);
    await person.connect();
    const joined = await person.join(room, { afterSeq: round - 1, epoch });
    if (round > 1) assert.deepEqual(seqsOf(joined.messages), [round]);
    assert.equal(joined.occupancy, 2);
  }
  await watcher.line.settled(room);
  assert.equal(watcher.line.heard.filter((f) => f.presence).length, 1);
});

test("Leave is heard at once, and nothing more comes from the room", async (t) => {
  const room = newSaved();
  const [watcher, person] = [await newPhoneIn(t, colo, room), await newPhoneIn(t, colo, room)];
  person.line.leave(room);
  assert.equal((await watcher.until(presence("LEFT", person.name))).occupancy, 1);
  const { seq } = await watcher.draw(room);
  assert.equal(
    (await person.line.refused({ history: { room, beforeSeq: 1 } })).code,
    "not_in_room",
  );
  assert.deepEqual(person.line.told(room), []);
  const joined = await person.join(room);
  assert.deepEqual(seqsOf(joined.messages), [seq]);
});

test("the pen of one is seen by the others", async (t) => {
  const room = newSaved();
  const [watcher, person] = [await newPhoneIn(t, colo, room), await newPhoneIn(t, colo, room)];
  person.line.send({ pen: { room, down: true } });
  assert.deepEqual(await watcher.until((f) => f.pen), { room, user: person.name, down: true });
  person.line.send({ pen: { room } });
  assert.deepEqual(await watcher.until((f) => f.pen), { room, user: person.name, down: false });
});

test("a phone in the lobby hears when the number of people in a room changes", async (t) => {
  const room = newSaved();
  const lobby = await newPhoneIn(t, colo);
  const occupancy = (count) => (f) =>
    f.rooms?.rooms.find((r) => r.id === room)?.occupancy === count && f.rooms.rooms;
  const person = await newPhoneIn(t, colo, room);
  const rooms = await lobby.until(occupancy(1));
  assert.equal(rooms.length, persistent.length + temporary.length + 1);
  assert.equal((await lobby.rooms()).find((r) => r.id === room).occupancy, 1);
  const other = await newPhoneIn(t, colo, room);
  await lobby.until(occupancy(2));
  await person.line.close();
  await other.line.close();
  await lobby.until(occupancy(0));
});

test("who comes back to the lobby hears how the rooms are now", async (t) => {
  const [room, other] = [newSaved(), newSaved()];
  const person = await newPhoneIn(t, colo, room);
  const tablet = await anotherPhoneOf(t, person);
  await tablet.connect();
  await tablet.join(room);
  const lobby = await newPhoneIn(t, colo);
  await newPhoneIn(t, colo, other);
  const shows = (f) => f.rooms?.rooms.find((r) => r.id === other).occupancy === 1;
  await lobby.until(shows); // those in the lobby were told, the two in the room were not
  tablet.line.leave(room); // the person stays, with the phone: no number changes
  await tablet.until(shows);
});

test("a phone that reads nothing is closed and costs the others nothing", async (t) => {
  const room = newSaved();
  const [slow, author] = [await newPhoneIn(t, colo, room), await newPhoneIn(t, colo, room)];
  const stroke = { tool: 1, rgb: 1, width: 1, points: new Array(20_000).fill(0).fill(700, 0, 2) };
  const large = drawing({ strokes: [stroke] });
  slow.line.socket.pause();
  let last = 0;
  for (let i = 0; i < 400 && slow.line.close_code === undefined; ++i) {
    last = (await author.draw(room, { drawing: large })).seq;
    author.line.fresh.length = 0;
    author.line.heard.length = 0;
    if (/too slowly/.test(colo.output())) break;
  }
  assert.match(colo.output(), /too slowly/);
  slow.line.socket.resume();
  const { code } = await slow.line.untilClosed();
  assert.ok([4508, 1006].includes(code), `${code}`);
  assert.equal((await author.draw(room)).seq, last + 1);
});

test("two people in rooms of their own never hear each other", async (t) => {
  const [one, two] = [newSaved(), newGone()];
  const [ana, ben] = [await newPhoneIn(t, colo, one), await newPhoneIn(t, colo, two)];
  await ana.draw(one);
  await ben.draw(two);
  await Promise.all([ana.line.settled(one), ben.line.settled(two)]);
  assert.deepEqual(ana.line.told(two), []);
  assert.deepEqual(ben.line.told(one), []);
  assert.ok(ben.line.heard.every((f) => f.presence?.user !== ana.name));
});

test("nobody is let in twice by joining twice", async (t) => {
  const room = newSaved();
  const [phone, author] = [await newPhoneIn(t, colo, room, room, room), await newPhone(t, colo)];
  await author.connect();
  assert.equal((await author.join(room)).occupancy, 2);
  await author.draw(room);
  await phone.line.settled(room);
  assert.equal(phone.line.told(room).length, 1);
  phone.line.leave(room);
  await author.until(presence("LEFT", phone.name));
});

for (const registration of ["invite", "closed"])
  test(`with registration "${registration}" only those who are signed in see the rooms`, async (t) => {
    const open = await startColo(t, { config: usualConfig, data: await temporaryFolder(t) });
    const { name, password } = await newPhone(t, open);
    await open.end();
    const config = `[accounts]\nregistration = "${registration}"\n${usualConfig}`;
    const closed = await startColo(t, { config, data: open.data });
    const stranger = new Phone(closed);
    assert.deepEqual(await stranger.rooms(), []);
    stranger.token = "junk";
    assert.deepEqual(await stranger.rooms(), []);
    const member = await new Phone(closed, { name, password }).login();
    const { token } = member;
    assert.deepEqual(
      (await member.rooms()).map(({ id }) => id),
      ["main-chat", "scratch"],
    );
    assert.equal(member.token, token); // it was not spent
    await member.me();
    assert.notEqual(member.token, token);
    member.token = token; // and one that was shows nothing, and ends nothing
    assert.deepEqual(await member.rooms(), []);
    member.token = member.tokens.at(-1);
    await member.logout();
    assert.deepEqual(await member.rooms(), []);
  });
