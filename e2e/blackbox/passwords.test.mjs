// Another password for one's account.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { generousLimits, startColo } from "../harness/colo.mjs";
import { anotherPhoneOf, newKey, newName, newPhone, newPhoneIn, Phone } from "../harness/phone.mjs";

const colo = await startColo({ after });
const wanted = "another good password";

const change = (phone, password, new_password, options = {}) =>
  phone.call("POST", "/api/password", {
    key: newKey(),
    json: { password, new_password },
    ...options,
  });
const login = (phone, password) =>
  new Phone(phone.colo).call("POST", "/api/login", { json: { username: phone.name, password } });

test("the new password counts, the other devices are signed out, this one stays", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const other = await anotherPhoneOf(t, phone);
  const stranger = await newPhoneIn(t, colo);
  await other.connect();
  const reply = await change(phone, phone.password, wanted);
  assert.equal(reply.status, 204, reply.text);
  assert.ok(reply.token);
  assert.deepEqual(await other.line.untilClosed(), { code: 4401, reason: "password_changed" });
  const signedOut = await other.call("GET", "/api/me", { key: newKey() });
  assert.equal(signedOut.json.code, "signed_out");
  await phone.me();
  await phone.draw("main-chat");
  await stranger.join("main-chat");
  assert.equal((await login(phone, phone.password)).status, 401);
  assert.equal((await login(phone, wanted)).status, 200);
});

test("without the old password nothing changes", async (t) => {
  const phone = await newPhone(t, colo);
  const other = await anotherPhoneOf(t, phone);
  const reply = await change(phone, "not the password", wanted);
  assert.equal(reply.status, 403);
  assert.equal(reply.json.code, "wrong_password");
  assert.ok(reply.token, "the token was replaced");
  await phone.me();
  await other.me();
  assert.equal((await login(phone, phone.password)).status, 200);
  await colo.untilSaid(new RegExp(`security: ${phone.name}, signed in, gave a wrong password`));
});

test("the new password must be one that can be had", async (t) => {
  const phone = await newPhone(t, colo);
  for (const bad of ["", "1234567", "x".repeat(129)]) {
    const reply = await change(phone, phone.password, bad);
    assert.equal(reply.status, 400);
    assert.equal(reply.json.code, "bad_password");
  }
  for (const [json, field] of [
    [{ new_password: wanted }, "password"],
    [{ password: phone.password }, "new_password"],
    [{ password: phone.password, new_password: 7 }, "new_password"],
  ]) {
    const reply = await phone.call("POST", "/api/password", { key: newKey(), json });
    assert.equal(reply.status, 400);
    assert.match(reply.json.detail, new RegExp(`"${field}"`));
  }
  assert.equal((await login(phone, phone.password)).status, 200);
});

test("a lost reply is had again, and the password changed once", async (t) => {
  const phone = await newPhone(t, colo);
  const { token } = phone;
  const key = newKey();
  const replies = [];
  for (let i = 0; i < 3; ++i)
    replies.push(await change(phone, phone.password, wanted, { key, token }));
  assert.deepEqual(
    replies.map((r) => r.status),
    [204, 204, 204],
  );
  assert.equal(new Set(replies.map((r) => r.token)).size, 1);
  await phone.me();
  assert.equal((await login(phone, wanted)).status, 200);
});

test("a sign-in with the old password that is on its way does not slip through", async (t) => {
  for (let round = 0; round < 5; ++round) {
    const phone = await newPhone(t, colo);
    const late = Array.from({ length: 4 }, () => new Phone(colo, phone));
    const [changed, ...signedIn] = await Promise.all([
      change(phone, phone.password, wanted),
      ...late.map((one) =>
        one.call("POST", "/api/login", {
          json: { username: phone.name, password: phone.password },
        }),
      ),
    ]);
    assert.equal(changed.status, 204);
    for (const [i, reply] of signedIn.entries()) {
      if (reply.status !== 200) continue;
      assert.equal((await late[i].call("GET", "/api/me", { key: newKey() })).status, 401);
    }
    const { sessions } = (await phone.expect(200, "GET", "/api/sessions", { key: newKey() })).json;
    assert.equal(sessions.length, 1);
  }
});

test("whoever found an unlocked phone guesses no faster than at the door", async (t) => {
  const strict = await startColo(t, {
    config: generousLimits.replace(/(sign_ins_per_minute) = .*/, "$1 = 3"),
  });
  const phone = await newPhone(t, strict);
  const replies = [];
  for (let i = 0; i < 4; ++i) replies.push(await change(phone, `guess number ${i}`, wanted));
  const last = replies.at(-1);
  assert.equal(last.status, 429, replies.map((r) => r.status).join());
  assert.ok(Number(last.headers["retry-after"]) > 0);
  await phone.me();
});

test("whoever guesses at the door does not hold up the person who is signed in", async (t) => {
  const perMinute = 8;
  const strict = await startColo(t, {
    config: generousLimits.replace(/(sign_ins_per_minute) = .*/, `$1 = ${perMinute}`),
  });
  const phone = await newPhone(t, strict);
  const statuses = [];
  for (let i = 0; i < 6; ++i) statuses.push((await login(phone, `guess number ${i}`)).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429]); // this account waits
  const others = [];
  for (let i = 0; i < perMinute; ++i) {
    const json = { username: newName(), password: "not the right one" };
    others.push((await new Phone(strict).call("POST", "/api/login", { json })).status);
  }
  assert.equal(others.at(-1), 429); // and so does the network
  assert.equal((await change(phone, phone.password, wanted)).status, 204);
});

test("an unlocked phone that guesses waits longer and longer, and another device of the person does not", async (t) => {
  const phone = await newPhone(t, colo);
  const other = await new Phone(colo, phone).login();
  const statuses = [];
  for (let i = 0; i < 6; ++i)
    statuses.push((await change(phone, `guess number ${i}`, wanted)).status);
  assert.deepEqual(statuses, [403, 403, 403, 403, 403, 429]);
  const json = { password: "guess number 6", drawings: "keep" };
  const leaving = await phone.call("DELETE", "/api/me", { key: newKey(), json });
  assert.equal(leaving.status, 429); // the same password, by another call
  assert.equal((await change(phone, phone.password, wanted)).status, 429); // nor with the right one
  assert.equal((await change(other, other.password, wanted)).status, 204);
});
