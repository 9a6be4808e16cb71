// Deleting one's account: what becomes of the name, the devices and the drawings.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { newClientId } from "../harness/drawings.mjs";
import { anotherPhoneOf, newKey, newPhone, newPhoneIn, Phone } from "../harness/phone.mjs";

const colo = await startColo({ after });

const leave = (phone, drawings, options = {}) =>
  phone.call("DELETE", "/api/me", {
    key: newKey(),
    json: { password: phone.password, drawings },
    ...options,
  });

/** All of a room, as somebody sees it who comes in now. */
async function wholeRoom(t, room, server = colo) {
  const reader = await newPhoneIn(t, server);
  const joined = await reader.join(room);
  let { messages, more } = joined;
  while (more) {
    const page = await reader.line.history(room, messages[0].seq);
    messages = [...page.messages, ...messages];
    more = page.more;
  }
  return messages;
}

/** Waits until `phone` was told that each of `seqs` is gone; the deletions' numbers. */
async function untilDeleted(phone, seqs) {
  const numbers = [];
  for (const seq of seqs)
    numbers.push((await phone.until((f) => f.deleted?.seq === seq && f.deleted)).deletion);
  return numbers;
}

test("the account is gone at once, on every device, and its name is free", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const other = await anotherPhoneOf(t, phone);
  await other.connect();
  const { token } = phone;
  const key = newKey();
  for (let i = 0; i < 3; ++i) {
    const reply = await leave(phone, "keep", { key, token });
    assert.equal(reply.status, 204, reply.text);
    assert.equal(reply.token, "");
  }
  for (const gone of [phone, other])
    assert.deepEqual(await gone.line.untilClosed(), { code: 4401, reason: "account_deleted" });
  assert.equal((await other.call("GET", "/api/me", { key: newKey() })).status, 401);
  const json = { username: phone.name, password: phone.password };
  const login = await new Phone(colo).call("POST", "/api/login", { json });
  assert.equal(login.json.code, "bad_credentials");
  await new Phone(colo, { name: phone.name }).register();
});

test("without the password nobody leaves", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const json = { password: "not the password", drawings: "delete" };
  const reply = await phone.call("DELETE", "/api/me", { key: newKey(), json });
  assert.equal(reply.status, 403);
  assert.equal(reply.json.code, "wrong_password");
  assert.ok(reply.token);
  for (const drawings of [undefined, "burn", 1]) {
    const odd = await leave(phone, drawings);
    assert.equal(odd.status, 400);
    assert.match(odd.json.detail, /"drawings"/);
  }
  await phone.draw("main-chat");
});

test("drawings that are kept have no author any more, nor have remixes of them an original's", async (t) => {
  for (const room of ["main-chat", "scratch"]) {
    const reader = await newPhoneIn(t, colo, room);
    const phone = await newPhoneIn(t, colo, room);
    const { seq } = await phone.draw(room, { caption: "kept" });
    await reader.until((f) => f.message?.seq === seq);
    const remix = await reader.draw(room, { remixOf: seq });
    assert.equal((await leave(phone, "keep")).status, 204);
    const left = await reader.until(
      (f) => f.presence?.change === "CHANGE_LEFT" && f.presence.user === phone.name && f.presence,
    );
    assert.equal(left.room, room);
    const { messages } = await reader.line.history(room, remix.seq + 1);
    const kept = messages.find((m) => m.seq === seq);
    assert.equal(kept.author ?? "", "");
    assert.equal(kept.caption, "kept");
    assert.equal(messages.find((m) => m.seq === remix.seq).remixAuthor, "");
    const later = await reader.draw(room, { remixOf: seq });
    const told = await reader.until((f) => f.message?.seq === later.seq && f.message);
    assert.equal(told.remixAuthor, "");
    // Somebody else of that name did not draw it.
    const heir = new Phone(colo, { name: phone.name });
    t.after(() => heir.hangUp());
    await heir.register();
    await heir.connect();
    await heir.join(room);
    assert.equal((await heir.line.refused({ delete: { room, seq } })).code, "not_yours");
  }
});

test("drawings that are not kept vanish before the eyes of those in the room", async (t) => {
  for (const room of ["main-chat", "scratch"]) {
    const reader = await newPhoneIn(t, colo, room);
    const before = await reader.join(room);
    const phone = await newPhoneIn(t, colo, room);
    const seqs = [];
    for (let i = 0; i < 120; ++i) seqs.push((await phone.draw(room)).seq);
    const { seq: others } = await reader.draw(room, { remixOf: seqs[0] });
    assert.equal((await leave(phone, "delete")).status, 204);
    const numbers = await untilDeleted(reader, seqs);
    assert.deepEqual(
      numbers,
      seqs.map((_, i) => before.deletion + 1 + i),
    );
    const left = await wholeRoom(t, room);
    assert.ok(left.every((m) => !seqs.includes(m.seq)));
    assert.ok(left.some((m) => m.seq === others));
  }
});

test("a phone that was away is told of them when it comes back", async (t) => {
  const room = "main-chat";
  const phone = await newPhoneIn(t, colo, room);
  const away = await newPhoneIn(t, colo);
  const seqs = [];
  for (let i = 0; i < 5; ++i) seqs.push((await phone.draw(room)).seq);
  const { deletion } = await away.join(room);
  await away.line.drop();
  const witness = await newPhoneIn(t, colo, room);
  assert.equal((await leave(phone, "delete")).status, 204);
  await untilDeleted(witness, seqs);
  await away.connect();
  const back = await away.join(room, { afterSeq: seqs.at(-1), afterDeletion: deletion });
  assert.equal(back.reset, false);
  assert.deepEqual(back.deleted, seqs);
  assert.equal(back.deletion, deletion + seqs.length);
});

test("whoever is leaving can say nothing more meanwhile", async (t) => {
  for (const room of ["main-chat", "scratch"]) {
    const witness = await newPhoneIn(t, colo, room);
    const phone = await newPhoneIn(t, colo, room);
    const other = await anotherPhoneOf(t, phone);
    await other.connect();
    await other.join(room);
    const caption = `the last words of ${phone.name}`;
    const clientId = newClientId();
    const left = leave(phone, "delete");
    // As fast as it goes, until the door falls shut; one drawing again and again.
    while (other.line.close_code === undefined) {
      other.line.post(room, { caption });
      other.line.post(room, { caption, clientId });
      other.line.send({ join: { room } });
      await new Promise((turn) => setImmediate(turn));
    }
    assert.equal((await left).status, 204);
    await other.line.untilClosed();
    const said = async () =>
      (await wholeRoom(t, room)).filter((m) => m.caption === caption).map((m) => m.seq);
    // What slipped in before was told and is told to be gone.
    await witness.line.settled(room);
    await untilDeleted(
      witness,
      witness.line
        .told(room)
        .filter((m) => m.caption === caption)
        .map((m) => m.seq),
    );
    assert.deepEqual(await said(), []);
  }
});

test("erasing goes on where a power cut ended it", async (t) => {
  const own = await startColo(t);
  const phone = await newPhoneIn(t, own, "main-chat");
  const ids = Array.from({ length: 400 }, () => phone.line.post("main-chat"));
  for (const id of ids) await phone.until((f) => f.accepted?.clientId === id);
  assert.equal((await leave(phone, "delete")).status, 204);
  await own.kill();
  await own.restart();
  const witness = await newPhoneIn(t, own);
  const joined = await witness.join("main-chat");
  const numbers = joined.deletion;
  for (let last = numbers; last < 400; ) last = (await witness.until((f) => f.deleted)).deletion;
  assert.deepEqual(await wholeRoom(t, "main-chat", own), []);
});

test("an account that is deleted twice at once is deleted once", async (t) => {
  const phone = await newPhone(t, colo);
  const other = await anotherPhoneOf(t, phone);
  const replies = await Promise.all([leave(phone, "keep"), leave(other, "delete")]);
  assert.ok(
    replies.some((r) => r.status === 204),
    replies.map((r) => r.text).join(),
  );
  for (const reply of replies)
    assert.ok([204, 401, 403].includes(reply.status), `${reply.status} ${reply.text}`);
});
