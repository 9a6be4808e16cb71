// One's devices: seeing them, and signing them out.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { generousLimits, startColo } from "../harness/colo.mjs";
import { anotherPhoneOf, newKey, newPhone, newPhoneIn, Phone } from "../harness/phone.mjs";

const colo = await startColo({ after });

const iphone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
  "Version/17.4 Mobile/15E148 Safari/604.1";

const sessionsOf = async (phone) =>
  (await phone.expect(200, "GET", "/api/sessions", { key: newKey() })).json.sessions;
const currentOf = async (phone) => (await sessionsOf(phone)).find((s) => s.current);

async function assertSignedOut(phone) {
  const reply = await phone.call("GET", "/api/me", { key: newKey(), jar: false });
  assert.equal(reply.status, 401);
  assert.equal(reply.json.code, "signed_out");
}

test("a person sees the devices they are signed in on, and nobody else's", async (t) => {
  const phone = await newPhoneIn(t, colo);
  const other = new Phone(colo, { name: phone.name });
  await other.expect(200, "POST", "/api/login", {
    json: { username: phone.name, password: phone.password },
    headers: { "User-Agent": iphone },
  });
  await newPhone(t, colo);
  const [newest, oldest, ...more] = await sessionsOf(phone);
  assert.equal(more.length, 0);
  assert.deepEqual(
    { ...newest, id: "" },
    {
      id: "",
      device: "Safari on iPhone",
      current: false,
      signed_in_seconds: newest.signed_in_seconds,
      idle_seconds: newest.idle_seconds,
      pages: 0,
    },
  );
  assert.equal(oldest.device, "Something else");
  assert.equal(oldest.current, true);
  assert.equal(oldest.pages, 1);
  for (const session of [newest, oldest]) {
    assert.match(session.id, /^[\w-]{12,}$/);
    assert.ok(session.signed_in_seconds >= 0 && session.signed_in_seconds < 60);
  }
  assert.equal((await currentOf(other)).id, newest.id);
});

test("a device that is signed out from another one is told, and the others stay", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const [lost, third] = [await anotherPhoneOf(t, phone), await anotherPhoneOf(t, phone)];
  await lost.connect();
  await third.connect();
  const { id } = await currentOf(lost);
  await phone.expect(204, "DELETE", `/api/sessions/${id}`, { key: newKey() });
  assert.deepEqual(await lost.line.untilClosed(), { code: 4401, reason: "revoked" });
  await assertSignedOut(lost);
  assert.equal((await sessionsOf(phone)).length, 2);
  await third.join("main-chat");
  await phone.draw("main-chat");
  const again = await phone.call("DELETE", `/api/sessions/${id}`, { key: newKey() });
  assert.equal(again.status, 404);
  assert.equal(again.json.code, "no_such_session");
});

test("nobody signs out somebody else's device", async (t) => {
  const [one, two] = [await newPhone(t, colo), await newPhone(t, colo)];
  const { id } = await currentOf(one);
  const reply = await two.call("DELETE", `/api/sessions/${id}`, { key: newKey() });
  assert.equal(reply.status, 404);
  assert.equal(reply.json.code, "no_such_session");
  await one.me();
});

test("signing out this device by its id is signing out, and its reply can be had again", async (t) => {
  const phone = await newPhoneIn(t, colo);
  const { id } = await currentOf(phone);
  const { token } = phone;
  const key = newKey();
  for (let i = 0; i < 3; ++i) {
    const reply = await phone.expect(204, "DELETE", `/api/sessions/${id}`, { key, token });
    assert.equal(reply.token, ""); // the cookie is cleared
  }
  assert.deepEqual(await phone.line.untilClosed(), { code: 4401, reason: "signed_out" });
  assert.equal((await phone.call("GET", "/api/me", { key: newKey(), token })).status, 401);
});

test("signing out everywhere ends all of one's sessions", async (t) => {
  const phone = await newPhoneIn(t, colo);
  const other = await anotherPhoneOf(t, phone);
  const stranger = await newPhone(t, colo);
  await other.connect();
  const { token } = phone;
  const key = newKey();
  for (let i = 0; i < 2; ++i) {
    const reply = await phone.expect(204, "DELETE", "/api/sessions", { key, token });
    assert.equal(reply.token, "");
  }
  assert.deepEqual(await other.line.untilClosed(), { code: 4401, reason: "revoked" });
  assert.deepEqual(await phone.line.untilClosed(), { code: 4401, reason: "signed_out" });
  await assertSignedOut(other);
  assert.equal((await phone.call("GET", "/api/me", { key: newKey(), token })).status, 401);
  await stranger.me();
});

test("one device too many ends the most idle one", async (t) => {
  const first = await newPhoneIn(t, colo);
  const second = await anotherPhoneOf(t, first);
  // The first one does something: the second is the idlest now.
  await first.call("DELETE", "/api/sessions/nobodys-device", { key: newKey() });
  for (let i = 2; i < 32; ++i) await anotherPhoneOf(t, first);
  assert.equal((await sessionsOf(first)).length, 32);
  const newest = await anotherPhoneOf(t, first);
  assert.equal((await sessionsOf(newest)).length, 32);
  await assertSignedOut(second);
  await first.me();
  await colo.untilSaid(/the most idle one ends/);
});

test("what a page asks for by itself keeps nobody signed in, what the person does does", async (t) => {
  const own = await startColo(t, { config: `[session]\nidle_timeout = "4s"\n${generousLimits}` });
  const [idle, busy] = [await newPhone(t, own), await newPhone(t, own)];
  const asked = ["/api/me", "/api/sessions", "/api/ticket"];
  const deadline = performance.now() + 30_000;
  for (let i = 0; ; ++i) {
    assert.ok(performance.now() < deadline, "the idle one was signed out");
    const path = asked[i % asked.length];
    const method = path === "/api/ticket" ? "POST" : "GET";
    const reply = await idle.call(method, path, { key: newKey() });
    const action = await busy.call("DELETE", "/api/sessions/no-such-device", { key: newKey() });
    assert.equal(action.status, 404);
    if (reply.status === 200) continue;
    assert.equal(reply.json.code, "signed_out");
    break;
  }
  await busy.me();
});
