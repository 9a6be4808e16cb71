// How long a room remembers: a saved one for ever, a temporary one while somebody is there.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { newClientId } from "../harness/drawings.mjs";
import { newName, newPhoneIn } from "../harness/phone.mjs";

const room = "scratch";

test("a temporary room is gone when the last one leaves, and says so", async (t) => {
  const colo = await startColo(t);
  const person = await newPhoneIn(t, colo);
  const { epoch } = await person.join(room);
  assert.ok(epoch > 0);
  for (let i = 0; i < 3; ++i) await person.draw(room);
  person.line.leave(room);
  const again = await person.join(room, { afterSeq: 2, epoch });
  assert.equal(again.reset, true);
  assert.deepEqual(again.messages, []);
  assert.notEqual(again.epoch, epoch);
  assert.equal((await person.draw(room)).seq, 1);
  await person.line.close();
  const other = await newPhoneIn(t, colo);
  const fresh = await other.join(room);
  assert.deepEqual(fresh.messages, []);
  assert.equal(fresh.reset, false);
});

test("the same drawing may be sent again after its temporary room was gone", async (t) => {
  const colo = await startColo(t);
  const person = await newPhoneIn(t, colo, room);
  const clientId = newClientId();
  await person.draw(room, { clientId });
  person.line.leave(room);
  await person.join(room);
  assert.equal((await person.draw(room, { clientId })).seq, 1);
  assert.equal((await person.until((f) => f.message?.seq === 1 && f.message)).clientId, clientId);
});

test("a saved room survives a restart, a temporary one does not and never was on disk", async (t) => {
  const own = await startColo(t);
  const [saved, gone] = [newName("kept"), newName("lost")];
  const phone = await newPhoneIn(t, own, "main-chat", "scratch");
  const { epoch } = await phone.join("scratch");
  for (let i = 0; i < 20; ++i) {
    await phone.draw("main-chat", { caption: `${saved} ${i}` });
    await phone.draw("scratch", { caption: `${gone} ${i}` });
  }
  const bytesOnDisk = async () => {
    const files = await readdir(own.data);
    return Buffer.concat(await Promise.all(files.map((file) => readFile(join(own.data, file)))));
  };
  let bytes = await bytesOnDisk();
  assert.ok(bytes.includes(saved) && !bytes.includes(gone));
  await own.restart();
  bytes = await bytesOnDisk();
  assert.ok(bytes.includes(saved) && !bytes.includes(gone));

  await phone.login();
  const { welcome } = await phone.connect();
  assert.deepEqual(
    welcome.rooms.map((r) => r.lastSeq),
    [20, 0],
  );
  const kept = await phone.join("main-chat", { afterSeq: 10 });
  assert.equal(kept.reset, false);
  assert.deepEqual(
    kept.messages.map((m) => m.caption),
    Array.from({ length: 10 }, (_, i) => `${saved} ${10 + i}`),
  );
  const lost = await phone.join("scratch", { afterSeq: 10, epoch });
  assert.equal(lost.reset, true);
  assert.notEqual(lost.epoch, epoch);
  assert.deepEqual(lost.messages, []);
  assert.equal((await phone.draw("main-chat")).seq, 21);
});
