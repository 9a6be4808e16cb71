// Who may register, and invites.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { newKey, newName, newPhone, Phone } from "../harness/phone.mjs";

/** A server with that policy, and its administrator, by the set-up link. */
async function startWith(t, registration) {
  const colo = await startColo(t, {
    config: `[accounts]\nregistration = "${registration}"\n${usualConfig}`,
  });
  const [, code] = await colo.untilSaid(/\/#\/setup\/([\w-]+)\s/);
  const admin = new Phone(colo);
  t.after(() => admin.hangUp());
  assert.equal((await register(admin, code)).status, 201);
  return { colo, admin };
}

const register = (phone, invite) =>
  phone.call("POST", "/api/register", {
    json: { username: phone.name, password: phone.password, invite },
  });
const registerNew = (colo, invite) => register(new Phone(colo), invite);
const ask = async (colo, invite) =>
  (await new Phone(colo).expect(200, "POST", "/api/registration", { json: { invite } })).json;
const invitesOf = async (admin) =>
  (await admin.expect(200, "GET", "/api/invites", { key: newKey() })).json.invites;
const make = async (admin, json = {}) => {
  const reply = await admin.expect(201, "POST", "/api/invites", { key: newKey(), json });
  return { ...reply.json, code: /\/#\/invite\/([\w-]+)$/.exec(reply.json.link)?.[1] };
};

test("an open server takes everybody, with an invite or without", async (t) => {
  const { colo, admin } = await startWith(t, "open");
  assert.deepEqual(await ask(colo), { registration: "open", invite: "none" });
  assert.equal((await registerNew(colo)).status, 201);
  const { code } = await make(admin);
  assert.deepEqual(await ask(colo, code), { registration: "open", invite: "member" });
  assert.equal((await registerNew(colo, code)).status, 201);
  assert.equal((await invitesOf(admin))[0].uses, 1);
});

test("where registration is by invite, nobody gets in without one", async (t) => {
  const { colo, admin } = await startWith(t, "invite");
  assert.deepEqual(await ask(colo), { registration: "invite", invite: "none" });
  const without = await registerNew(colo);
  assert.equal(without.status, 403);
  assert.equal(without.json.code, "invite_needed");
  for (const wrong of [
    "x",
    "AAAAAAAAAAAAAAAAAAAAAA",
    "'; DROP TABLE invites; --",
    "é".repeat(500),
  ]) {
    assert.equal((await ask(colo, wrong)).invite, "gone");
    const reply = await registerNew(colo, wrong);
    assert.equal(reply.status, 403);
    assert.equal(reply.json.code, "invite_gone");
  }
  const { code } = await make(admin, { uses_max: 2 });
  for (let i = 0; i < 2; ++i) {
    assert.equal((await ask(colo, code)).invite, "member");
    const guest = new Phone(colo);
    assert.equal((await register(guest, code)).status, 201);
    assert.equal((await guest.me()).admin, false);
  }
  assert.equal((await ask(colo, code)).invite, "gone");
  assert.equal((await registerNew(colo, code)).json.code, "invite_gone");
  await colo.untilSaid(/security: \S+ registered by invite from/);
});

test("a closed server takes nobody but by the set-up link", async (t) => {
  const { colo, admin } = await startWith(t, "closed");
  const { code } = await make(admin);
  assert.deepEqual(await ask(colo, code), { registration: "closed", invite: "gone" });
  for (const invite of [undefined, code, "x"]) {
    const reply = await registerNew(colo, invite);
    assert.equal(reply.status, 403);
    assert.equal(reply.json.code, "registration_closed");
  }
});

test("an invite is shown once with its link and QR code, then listed without", async (t) => {
  const { colo, admin } = await startWith(t, "invite");
  const before = Date.now();
  const made = await make(admin, { note: "for the class", uses_max: 30, expires_in_seconds: 3600 });
  assert.ok(made.link.startsWith(`${colo.url}/#/invite/`), made.link);
  assert.match(made.code, /^[\w-]{22}$/);
  assert.ok(made.qr.length >= 21 && made.qr.every((row) => row.length === made.qr.length));
  assert.ok(made.qr.every((row) => /^[01]+$/.test(row)));
  assert.match(made.qr[0], /^1111111.*1111111$/);
  const [listed, ...others] = await invitesOf(admin);
  assert.equal(others.length, 0);
  const { link, qr, code, ...rest } = made;
  assert.deepEqual(listed, rest);
  const { note, uses, uses_max, made_by } = listed;
  assert.deepEqual(
    { note, uses, uses_max, made_by },
    { note: "for the class", uses: 0, uses_max: 30, made_by: admin.name },
  );
  assert.equal(listed.expires_at_ms - listed.made_at_ms, 3_600_000);
  assert.ok(listed.made_at_ms >= before - 1 && listed.made_at_ms <= Date.now() + 1);
  const usual = await make(admin);
  assert.equal(usual.uses_max, 1);
  assert.equal(usual.note, "");
  assert.equal(usual.expires_at_ms - usual.made_at_ms, 7 * 24 * 3_600_000);
  assert.deepEqual(
    (await invitesOf(admin)).map((i) => i.id),
    [usual.id, made.id],
  );
  for (const secret of [made.code, usual.code]) assert.ok(!colo.output().includes(secret));
});

test("a revoked invite is worthless", async (t) => {
  const { colo, admin } = await startWith(t, "invite");
  const { code, id } = await make(admin);
  await admin.expect(204, "DELETE", `/api/invites/${id}`, { key: newKey() });
  assert.equal((await registerNew(colo, code)).json.code, "invite_gone");
  assert.deepEqual(await invitesOf(admin), []);
  for (const gone of [id, "4711", "x", "-1", "99999999999999999999999"]) {
    const reply = await admin.call("DELETE", `/api/invites/${gone}`, { key: newKey() });
    assert.equal(reply.status, 404);
    assert.equal(reply.json.code, "no_such_invite");
  }
});

test("of those who race for the last use exactly one gets in", async (t) => {
  const { colo, admin } = await startWith(t, "invite");
  for (let round = 0; round < 5; ++round) {
    const { code } = await make(admin);
    const replies = await Promise.all(Array.from({ length: 4 }, () => registerNew(colo, code)));
    assert.deepEqual(replies.map((r) => r.status).sort(), [201, 403, 403, 403]);
    for (const reply of replies)
      if (reply.status === 403) assert.equal(reply.json.code, "invite_gone");
    assert.equal((await invitesOf(admin))[0].uses, 1);
  }
});

test("a name that is taken uses up nothing", async (t) => {
  const { colo, admin } = await startWith(t, "invite");
  const { code } = await make(admin);
  const taken = await register(new Phone(colo, { name: admin.name }), code);
  assert.equal(taken.json.code, "username_taken");
  const short = await register(new Phone(colo, { password: "short" }), code);
  assert.equal(short.json.code, "bad_password");
  assert.equal((await invitesOf(admin))[0].uses, 0);
  assert.equal((await registerNew(colo, code)).status, 201);
});

test("invites are the administrators' business", async (t) => {
  const { colo, admin } = await startWith(t, "open");
  const { id } = await make(admin);
  const guest = await newPhone(t, colo);
  for (const [method, path] of [
    ["GET", "/api/invites"],
    ["POST", "/api/invites"],
    ["DELETE", `/api/invites/${id}`],
  ]) {
    const reply = await guest.call(method, path, {
      key: newKey(),
      json: method === "POST" ? {} : undefined,
    });
    assert.equal(reply.status, 403);
    assert.equal(reply.json.code, "not_admin");
  }
  assert.equal((await invitesOf(admin)).length, 1);
});

test("an invite that cannot be is refused in words", async (t) => {
  const { admin } = await startWith(t, "open");
  for (const [json, code, words] of [
    [{ note: "x".repeat(61) }, "bad_invite_request", /60 characters/],
    [{ note: "two\nlines" }, "bad_invite_request", /one line/],
    [{ note: "\u202efdp" }, "bad_invite_request", /one line/],
    [{ uses_max: 0 }, "bad_invite_request", /1 to 10000 times/],
    [{ uses_max: 10_001 }, "bad_invite_request", /10001/],
    [{ expires_in_seconds: 59 }, "bad_invite_request", /60 to 31536000/],
    [{ expires_in_seconds: 31_536_001 }, "bad_invite_request", /31536001/],
    [{ expires_in_seconds: 9_000_000_000_000_000 }, "bad_invite_request", /seconds/],
    [{ note: 7 }, "bad_request", /"note" must be a string/],
    [{ uses_max: "2" }, "bad_request", /"uses_max" must be a whole number/],
    [{ uses_max: 1.5 }, "bad_request", /"uses_max" must be a whole number/],
    [{ expires_in_seconds: null }, "bad_request", /"expires_in_seconds" must be a whole number/],
    [[], "bad_request", /object/],
  ]) {
    const reply = await admin.call("POST", "/api/invites", { key: newKey(), json });
    assert.equal(reply.status, 400, reply.text);
    assert.equal(reply.json.code, code);
    assert.match(reply.json.detail, words);
  }
  const fits = await make(admin, { note: "🦊".repeat(60), uses_max: 10_000, unknown: true });
  assert.equal(fits.note, "🦊".repeat(60));
});

test("a lost reply to making an invite is had again, and one was made", async (t) => {
  const { admin } = await startWith(t, "open");
  const { token } = admin;
  const key = newKey();
  const replies = [];
  for (let i = 0; i < 3; ++i)
    replies.push(await admin.expect(201, "POST", "/api/invites", { key, token, json: {} }));
  assert.equal(new Set(replies.map((r) => r.text)).size, 1);
  assert.equal((await invitesOf(admin)).length, 1);
});

test("invites and their uses outlive a restart, and end with their maker's account", async (t) => {
  const { colo, admin } = await startWith(t, "invite");
  const { code } = await make(admin, { uses_max: 3 });
  const second = new Phone(colo, { name: newName("second") });
  assert.equal((await register(second, code)).status, 201);
  await colo.restart();
  await admin.login();
  assert.equal((await invitesOf(admin))[0].uses, 1);
  await admin.expect(204, "DELETE", "/api/me", {
    key: newKey(),
    json: { password: admin.password, drawings: "delete" },
  });
  assert.equal((await ask(colo, code)).invite, "gone");
  const late = await registerNew(colo, code);
  assert.equal(late.status, 403);
  assert.equal(late.json.code, "invite_gone");
});
