// What an account may do is what it may do now, whatever it was when it signed in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { newKey, newPhone, newPhoneIn, Phone } from "../harness/phone.mjs";

/** As whoever runs the server would, in the database, while the server runs. */
function setAdmin(colo, name, admin) {
  const sql = `UPDATE accounts SET admin = ${admin ? 1 : 0} WHERE name = '${name}'`;
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", join(colo.data, "colo.db"), sql]);
}

async function administrator(context, colo) {
  const [, invite] = await colo.untilSaid(/\/#\/setup\/([\w-]+)/);
  const phone = new Phone(colo, { name: "Ada" });
  context.after(() => phone.hangUp());
  const { name: username, password } = phone;
  await phone.expect(201, "POST", "/api/register", { json: { username, password, invite } });
  await phone.connect();
  await phone.join("main-chat");
  await phone.join("scratch");
  return phone;
}

const invitesOf = (phone) => phone.call("GET", "/api/invites", { key: newKey() });
const remove = (phone, room, seq) => phone.line.refused({ delete: { room, seq } });

test("an administrator demoted in the database is none, in calls and on open sockets", async (t) => {
  const colo = await startColo(t);
  const ada = await administrator(t, colo);
  const ben = await newPhoneIn(t, colo, "main-chat", "scratch");
  const drawn = [];
  for (const room of ["main-chat", "scratch"])
    drawn.push(
      { room, seq: (await ben.draw(room)).seq },
      { room, seq: (await ben.draw(room)).seq },
    );
  // As long as she is one, she may.
  ada.line.send({ delete: drawn[0] });
  await ben.until((frame) => frame.deleted);
  assert.equal((await invitesOf(ada)).status, 200);

  setAdmin(colo, "Ada", false);
  for (const { room, seq } of [drawn[1], drawn[3]])
    assert.equal((await remove(ada, room, seq)).code, "not_yours");
  for (const [method, path, json] of [
    ["GET", "/api/invites"],
    ["POST", "/api/invites", {}],
    ["DELETE", "/api/invites/1"],
  ]) {
    const reply = await ada.call(method, path, { key: newKey(), json });
    assert.equal(reply.status, 403, reply.text);
    assert.equal(reply.json.code, "not_admin");
  }
  assert.equal((await ada.me()).admin, false);
  assert.equal((await ada.connect()).welcome.admin, false);
  // Her own drawings are hers.
  await ada.join("main-chat");
  const { seq } = await ada.draw("main-chat");
  ada.line.send({ delete: { room: "main-chat", seq } });
  await ben.until((frame) => frame.deleted?.seq === seq);
});

test("who becomes an administrator in the database is one, in calls and on open sockets", async (t) => {
  const colo = await startColo(t);
  const ben = await newPhoneIn(t, colo, "main-chat");
  const cleo = await newPhone(t, colo, { name: "Cleo" });
  await cleo.connect();
  await cleo.join("main-chat");
  const { seq } = await ben.draw("main-chat");
  assert.equal((await remove(cleo, "main-chat", seq)).code, "not_yours");
  setAdmin(colo, "Cleo", true);
  cleo.line.send({ delete: { room: "main-chat", seq } });
  await ben.until((frame) => frame.deleted?.seq === seq);
  assert.equal((await invitesOf(cleo)).status, 200);
  assert.equal((await cleo.me()).admin, true);
  assert.equal((await cleo.connect()).welcome.admin, true);
});
