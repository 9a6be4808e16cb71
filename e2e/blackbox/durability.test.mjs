// kill -9 while everybody draws: what was accepted is there, once and in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { drawing, stroke } from "../harness/drawings.mjs";
import { newPhoneIn } from "../harness/phone.mjs";

const rounds = 6;
const authors = 5;
const room = "main-chat";

/** Every message of the room, oldest first, from the newest page back to the first. */
async function wholeRoom(phone) {
  let { messages, more } = await phone.join(room);
  while (more) {
    const page = await phone.line.history(room, messages[0].seq);
    messages = [...page.messages, ...messages];
    more = page.more;
  }
  return messages;
}

/** Draws until the connection breaks; remembers what was accepted, and the one that was not. */
async function drawUntilCut(phone, accepted, pending) {
  for (let i = 0; ; ++i) {
    const caption = `${phone.name} ${i} ${accepted.size}`;
    const one = drawing({ strokes: new Array(1 + (i % 20)).fill(stroke()) });
    const clientId = phone.line.post(room, { caption, drawing: one });
    pending.set(clientId, { phone, caption, one });
    let answer;
    try {
      answer = await phone.until((f) => f.accepted?.clientId === clientId && f.accepted);
    } catch {
      return;
    }
    accepted.set(clientId, { seq: answer.seq, caption });
    pending.delete(clientId);
  }
}

test(`after kill -9 every accepted drawing is there, once and in order, ${rounds} times`, async (t) => {
  const colo = await startColo(t);
  const phones = await Promise.all(
    Array.from({ length: authors }, () => newPhoneIn(t, colo, room)),
  );
  const accepted = new Map();
  for (let round = 0; round < rounds; ++round) {
    const pending = new Map();
    const before = accepted.size;
    const cut = phones.map((phone) => drawUntilCut(phone, accepted, pending));
    // Somewhere in the middle of it, another time each round.
    const enough = before + 20 + 17 * round;
    const watcher = phones[round % authors];
    await watcher.until((f) => f.message?.seq >= enough);
    await colo.kill();
    await Promise.all(cut);
    assert.ok(accepted.size > before);

    await colo.start();
    for (const phone of phones) {
      await phone.login();
      await phone.connect();
    }
    const found = await wholeRoom(phones[0]);
    assert.deepEqual(
      found.map((m) => m.seq),
      found.map((_, i) => i + 1),
      "dense and in order",
    );
    const bySender = new Map(found.map((m) => [m.clientId, m]));
    assert.equal(bySender.size, found.length, "none twice");
    for (const [clientId, { seq, caption }] of accepted) {
      assert.equal(bySender.get(clientId)?.seq, seq, `${caption} was accepted`);
      assert.equal(bySender.get(clientId).caption, caption);
    }
    // The rest were on their way: what a phone then sends again is there once.
    for (const phone of phones) await phone.join(room);
    let last = found.length;
    for (const [clientId, { phone, caption, one }] of pending) {
      const { seq } = await phone.draw(room, { clientId, caption, drawing: one });
      const known = bySender.get(clientId);
      assert.equal(seq, known ? known.seq : ++last);
      accepted.set(clientId, { seq, caption });
    }
    for (const phone of phones) phone.line.fresh.length = 0;
  }
  assert.equal((await wholeRoom(phones[0])).length, accepted.size);
});
