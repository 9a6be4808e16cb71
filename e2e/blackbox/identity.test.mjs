// Whose a request is. Cookies ignore ports: other programs on the same host receive ours, and
// can set more of the name. So all of them are looked at, and none opens anything by itself.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import {
  anotherPhoneOf,
  cookieName,
  newKey,
  newPhone,
  newPhoneIn,
  Phone,
  rawExchange,
  request,
} from "../harness/phone.mjs";

const colo = await startColo({ after });
const name = cookieName(colo.url);

/** GET /api/me of the phone, with these Cookie lines; what comes back goes into its jar. */
async function meWith(phone, lines, { secret = phone.secret, key = newKey() } = {}) {
  const cookies = lines.map((line) => `Cookie: ${line}\r\n`).join("");
  const said = await rawExchange(
    colo,
    `GET /api/me HTTP/1.1\r\nHost: 127.0.0.1:${colo.port}\r\n${cookies}Idempotency-Key: ${key}\r\n` +
      `Colo-Session: ${secret}\r\nConnection: close\r\n\r\n`,
  );
  const status = Number(said.split(" ")[1]);
  const body = JSON.parse(said.slice(said.indexOf("\r\n\r\n") + 4));
  const token = /set-cookie: [^=]+=([^;]+)/i.exec(said)?.[1];
  if (token !== undefined) phone.token = token;
  return { status, body, token };
}

async function assertMe(phone, lines) {
  const { status, body } = await meWith(phone, lines);
  assert.equal(status, 200, JSON.stringify({ lines, body }));
  assert.equal(body.username, phone.name);
}

test("the token is found in any of several Cookie lines", async (t) => {
  const phone = await newPhone(t, colo);
  await assertMe(phone, ["theme=dark", `${name}=${phone.token}`]);
  await assertMe(phone, [`${name}=${phone.token}`, "theme=dark"]);
  await assertMe(phone, ["a=1; b=2", "c=3", `d=4; ${name}=${phone.token}; e=5`, "f=6"]);
  await assertMe(phone, [`${name}=junk`, `${name}=${phone.token}`]);
});

test("ours is taken among cookies of its name, in any order", async (t) => {
  const phone = await newPhone(t, colo);
  const other = await newPhone(t, colo);
  const ours = () => `${name}=${phone.token}`;
  for (const planted of ["junk", "", "a.b.c", "x".repeat(5000), other.token, phone.tokens[0]]) {
    await assertMe(phone, [`${name}=${planted}; ${ours()}`]);
    await assertMe(phone, [`${ours()}; ${name}=${planted}`]);
  }
  await other.me();
});

test("sixteen cookies of the name are tried, the last ones: ours is among them", async (t) => {
  const phone = await newPhone(t, colo);
  const junk = (count) => Array(count).fill(`${name}=junk`);
  const ours = () => `${name}=${phone.token}`;
  await assertMe(phone, [[...junk(100), ours()].join("; ")]);
  await assertMe(phone, [[ours(), ...junk(15)].join("; ")]);
  const { status } = await meWith(phone, [[ours(), ...junk(16)].join("; ")]);
  assert.equal(status, 401);
  // What is longer than any token of ours is not among them.
  const long = (bytes) => `${name}=${"x".repeat(bytes)}`;
  await assertMe(phone, [[ours(), ...junk(15), long(513)].join("; ")]);
  const counted = await meWith(phone, [[ours(), ...junk(15), long(512)].join("; ")]);
  assert.equal(counted.status, 401);
  await phone.me();
});

test("a cookie planted for /api hinders neither signing in nor out", async (t) => {
  const phone = await newPhone(t, colo);
  // As a browser sends it: the longer path first, whatever the server sets.
  const plant = async (method, path, options = {}) => {
    const cookie = [`${name}=planted`, ...(phone.token ? [`${name}=${phone.token}`] : [])];
    return phone.call(method, path, { ...options, headers: { Cookie: cookie.join("; ") } });
  };
  for (let round = 0; round < 2; ++round) {
    assert.equal((await plant("POST", "/api/logout", { key: newKey() })).status, 204);
    assert.equal(phone.token, undefined);
    const json = { username: phone.name, password: phone.password };
    assert.equal((await plant("POST", "/api/login", { json })).status, 200);
    assert.equal((await plant("GET", "/api/me", { key: newKey() })).json.username, phone.name);
  }
});

test("two Colos on one host do not touch each other's sign-in", async (t) => {
  const second = await startColo(t);
  const jar = new Map();
  const pages = new Map();
  const ask = async (server, method, path, json) => {
    const body = json === undefined ? "" : JSON.stringify(json);
    const reply = await request(server.url, {
      method,
      path,
      body,
      headers: {
        Origin: server.url,
        Cookie: [...jar].map(([cookie, value]) => `${cookie}=${value}`).join("; "),
        "Content-Type": "application/json",
        "Content-Length": `${body.length}`,
        "Idempotency-Key": newKey(),
        "Colo-Session": pages.get(server),
      },
    });
    for (const set of reply.headers["set-cookie"] ?? []) {
      const [, cookie, value] = /^([^=]+)=([^;]*)/.exec(set);
      if (value === "") jar.delete(cookie);
      else jar.set(cookie, value);
    }
    if (reply.json?.session_secret) pages.set(server, reply.json.session_secret);
    return reply;
  };
  const password = "correct horse battery";
  for (const [server, username] of [
    [colo, "Ana"],
    [second, "Ben"],
  ])
    assert.equal((await ask(server, "POST", "/api/register", { username, password })).status, 201);
  for (let round = 0; round < 3; ++round) {
    assert.equal((await ask(colo, "GET", "/api/me")).json.username, "Ana");
    assert.equal((await ask(second, "GET", "/api/me")).json.username, "Ben");
  }
  assert.equal((await ask(second, "POST", "/api/logout")).status, 204);
  assert.equal((await ask(colo, "GET", "/api/me")).json.username, "Ana");
});

test("registering and signing in hand out a secret of 128 bits, each its own", async (t) => {
  const phone = await newPhone(t, colo);
  const secrets = [phone.secret, (await phone.login()).secret];
  secrets.push((await anotherPhoneOf(t, phone)).secret);
  assert.equal(new Set(secrets).size, 3);
  for (const secret of secrets) assert.match(secret, /^[\w-]{22}$/);
});

const spendingCalls = [
  ["GET", "/api/me"],
  ["POST", "/api/ticket"],
  ["GET", "/api/sessions"],
  ["GET", "/api/invites"],
  ["POST", "/api/invites", {}],
  ["DELETE", "/api/invites/1"],
  ["POST", "/api/setup", { invite: "code" }],
  ["POST", "/api/password", { password: "correct horse battery", new_password: "another one!" }],
  ["DELETE", "/api/sessions/nobodys"],
  ["DELETE", "/api/sessions"],
  ["POST", "/api/logout"],
  ["DELETE", "/api/me", { password: "correct horse battery", drawings: "delete" }],
];

test("the cookie alone opens nothing, spends nothing and ends nothing, in any call", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const other = await newPhone(t, colo);
  const tablet = await anotherPhoneOf(t, phone);
  const almost = `${phone.secret.slice(0, -1)}${phone.secret.endsWith("A") ? "Q" : "A"}`;
  const wrong = [
    [null, "signed_out"],
    ["", "signed_out"],
    ["guessed", "other_session"],
    [almost, "other_session"],
    [other.secret, "other_session"],
    [tablet.secret, "other_session"],
  ];
  for (const [method, path, json] of spendingCalls)
    for (const [secret, code] of wrong) {
      const reply = await phone.call(method, path, { key: newKey(), json, secret });
      const what = `${method} ${path} with ${secret}: ${reply.text}`;
      assert.equal(reply.status, 401, what);
      assert.equal(reply.json.code, code, what);
      assert.equal(reply.headers["set-cookie"], undefined, what);
    }
  await phone.me();
  await phone.draw("main-chat");
});

test("a thief with an old cookie cannot end the session, nor have a reply again", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const options = { key: newKey(), token: phone.token };
  await phone.expect(200, "GET", "/api/me", options);
  for (let i = 0; i < 3; ++i) await phone.me();
  for (const token of phone.tokens) {
    const reply = await phone.call("GET", "/api/me", { key: newKey(), token, secret: null });
    assert.equal(reply.json.code, "signed_out");
  }
  const last = { key: newKey(), token: phone.token };
  await phone.expect(200, "GET", "/api/me", last);
  assert.equal((await phone.call("GET", "/api/me", { ...last, secret: null })).status, 401);
  await phone.draw("main-chat");
  await phone.me();
});

test("another person's token in place of one's own makes nobody that person", async (t) => {
  const ana = await newPhone(t, colo);
  const ben = await newPhone(t, colo);
  const reply = await ana.call("GET", "/api/me", { key: newKey(), token: ben.token });
  assert.equal(reply.status, 401);
  assert.equal(reply.json.code, "other_session");
  assert.equal(reply.headers["set-cookie"], undefined);
  assert.doesNotMatch(reply.text, new RegExp(ben.name)); // whose it is, is not said
  await ana.me();
  await ben.me();
});

test("a socket opens where one of the cookies is of its ticket's session, or none of any", async (t) => {
  const ana = await newPhone(t, colo);
  const ben = await newPhone(t, colo);
  const opens = async (...tokens) => {
    const ticket = await ana.ticket();
    const Cookie = tokens.map((one) => `${name}=${one ?? ana.token}`).join("; ");
    const line = await ana.dial({ headers: { Cookie } });
    line.send({ hello: { ticket } });
    const welcome = line.until((frame) => frame.welcome).catch(() => undefined);
    const closed = line.untilClosed().catch(() => undefined);
    const first = await Promise.race([welcome, closed]);
    line.drop();
    return first?.user;
  };
  assert.equal(await opens("junk"), ana.name);
  assert.equal(await opens("junk", undefined), ana.name);
  assert.equal(await opens(ben.token, undefined), ana.name);
  assert.equal(await opens(undefined, ben.token), ana.name);
  assert.equal(await opens(ben.token), undefined);
  assert.equal(await opens("junk", ben.token), undefined);
});

test("a cookie of the old name, or of another port, is not looked at", async (t) => {
  const phone = await newPhone(t, colo);
  for (const other of ["colo_token", `colo_token_${colo.port + 1}`, `__Host-${name}`]) {
    const { status, body } = await meWith(phone, [`${other}=${phone.token}`]);
    assert.equal(status, 401);
    assert.equal(body.code, "signed_out");
  }
  await phone.me();
  assert.equal(
    await new Phone(colo).call("GET", "/api/me", { key: newKey() }).then((r) => r.status),
    401,
  );
});
