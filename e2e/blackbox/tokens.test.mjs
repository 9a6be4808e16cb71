// The rules of sign-in sessions: a token is spent by exactly one request.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import net from "node:net";
import { after, test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { anotherPhoneOf, cookieName, newKey, newPhone, newPhoneIn } from "../harness/phone.mjs";

// Two shards, so that two requests really can be at the same instant.
const colo = await startColo({ after }, { args: ["--shards", "2"] });

function assertRefused(reply, status, code) {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.json.code, code);
  assert.equal(reply.headers["set-cookie"], undefined, "no reply to a failed request has a cookie");
}

test("each request spends its token and gives the next", async (t) => {
  const phone = await newPhone(t, colo);
  for (let i = 0; i < 10; ++i) await (i % 2 ? phone.me() : phone.ticket());
  assert.equal(new Set(phone.tokens).size, 11);
});

test("a request without a usable Idempotency-Key spends nothing", async (t) => {
  const phone = await newPhone(t, colo);
  const bad = [
    null,
    "",
    "short",
    "x".repeat(15),
    "x".repeat(65),
    "x".repeat(20).concat(" !"),
    "ä".repeat(16),
  ];
  for (const key of bad) {
    const headers = {
      "Idempotency-Key": key === null ? null : Buffer.from(key).toString("latin1"),
    };
    assertRefused(await phone.call("GET", "/api/me", { headers }), 400, "idempotency_missing");
    assertRefused(await phone.call("POST", "/api/ticket", { headers }), 400, "idempotency_missing");
  }
  await phone.me();
});

test("a request refused for its Origin or method spends nothing", async (t) => {
  const phone = await newPhone(t, colo);
  const headers = { Origin: "http://evil.example" };
  assertRefused(
    await phone.call("POST", "/api/ticket", { key: newKey(), headers }),
    403,
    "origin_refused",
  );
  assertRefused(await phone.call("POST", "/api/me", { key: newKey() }), 405, "method_not_allowed");
  await phone.me();
});

test("the same request again gets the same reply and runs nothing", async (t) => {
  const phone = await newPhone(t, colo);
  const options = { key: newKey(), token: phone.token };
  const first = await phone.expect(200, "POST", "/api/ticket", options);
  for (let i = 0; i < 5; ++i) {
    const again = await phone.expect(200, "POST", "/api/ticket", options);
    assert.equal(again.text, first.text);
    assert.equal(again.token, first.token);
  }
  await phone.connect({ ticket: first.json.ticket });
  await phone.me();
});

test("a twin at the same instant waits for the first and gets its reply", async (t) => {
  const phone = await newPhone(t, colo);
  for (let round = 0; round < 20; ++round) {
    const options = { key: newKey(), token: phone.token };
    const ask = () => phone.expect(200, "POST", "/api/ticket", options);
    const replies = await Promise.all([ask(), ask(), ask()]);
    assert.equal(new Set(replies.map((r) => r.text)).size, 1);
    assert.equal(new Set(replies.map((r) => r.token)).size, 1);
  }
});

test("the same key for another request is 422", async (t) => {
  const phone = await newPhone(t, colo);
  const options = { key: newKey(), token: phone.token };
  const first = await phone.expect(200, "POST", "/api/ticket", options);
  assertRefused(await phone.call("GET", "/api/me", options), 422, "idempotency_mismatch");
  const other = { ...options, body: "{}" };
  assertRefused(await phone.call("POST", "/api/ticket", other), 422, "idempotency_mismatch");
  const again = await phone.expect(200, "POST", "/api/ticket", options);
  assert.equal(again.token, first.token);
  await phone.me();
});

test("a lost reply, asked for again with its key, comes once and with one successor", async (t) => {
  const phone = await newPhone(t, colo);
  for (let round = 0; round < 20; ++round) {
    const { token } = phone;
    const key = newKey();
    const request =
      `POST /api/ticket HTTP/1.1\r\nHost: 127.0.0.1:${colo.port}\r\nOrigin: ${colo.url}\r\n` +
      `Cookie: ${cookieName(colo.url)}=${token}\r\nColo-Session: ${phone.secret}\r\n` +
      `Idempotency-Key: ${key}\r\nContent-Length: 0\r\n\r\n`;
    await new Promise((lost, fail) => {
      const socket = net.connect(colo.port, "127.0.0.1", () => {
        if (round % 2) socket.once("data", () => socket.destroy());
        socket.write(request, () => round % 2 || socket.destroy());
      });
      socket.once("error", fail);
      socket.once("close", lost);
    });
    const retried = await phone.expect(200, "POST", "/api/ticket", { key, token });
    const again = await phone.expect(200, "POST", "/api/ticket", { key, token });
    assert.equal(again.token, retried.token);
    assert.equal(again.json.ticket, retried.json.ticket);
  }
  await phone.me();
});

test("an old token ends its session and closes its sockets within a second, and no other device's", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const tablet = await anotherPhoneOf(t, phone);
  await tablet.connect();
  await tablet.join("main-chat");
  const secondTab = await phone.dial();
  await secondTab.hello(await phone.ticket());
  const [old] = phone.tokens;
  await tablet.me(); // its tokens are of another session, spent or not

  const replayed = performance.now();
  assertRefused(
    await phone.call("GET", "/api/me", { key: newKey(), token: old }),
    401,
    "token_replayed",
  );
  for (const line of [phone.line, secondTab]) {
    const { code, reason } = await line.untilClosed(1000 - (performance.now() - replayed));
    assert.equal(code, 4401);
    assert.equal(reason, "replayed");
  }
  assertRefused(await phone.call("GET", "/api/me", { key: newKey() }), 401, "signed_out");
  for (const token of phone.tokens.slice(-2))
    assertRefused(
      await phone.call("POST", "/api/ticket", { key: newKey(), token }),
      401,
      "signed_out",
    );
  await tablet.draw("main-chat");
  await tablet.me();
  await phone.login();
  await phone.me();
});

test("a request that others overtook runs nothing and ends nothing when it comes again", async (t) => {
  const phone = await newPhone(t, colo);
  const old = { key: newKey(), token: phone.token };
  await phone.expect(200, "GET", "/api/me", old);
  await phone.me();
  assertRefused(await phone.call("GET", "/api/me", old), 409, "token_spent");
  await phone.me();
  const another = { ...old, key: newKey() };
  assertRefused(await phone.call("GET", "/api/me", another), 401, "token_replayed");
});

test("a ticket of a session that ended is worthless", async (t) => {
  const phone = await newPhone(t, colo);
  const ticket = await phone.ticket();
  await phone.logout();
  const line = await phone.dial();
  line.send({ hello: { ticket } });
  assert.equal((await line.untilClosed()).code, 4401);
});

test("forged tokens are signed out, and touch no session", async (t) => {
  const phone = await newPhone(t, colo);
  const [head, body, signature] = phone.token.split(".");
  const base64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  assert.deepEqual(Object.keys(claims).sort(), ["exp", "seq", "sid"]);
  const signedWith = (key) =>
    `${head}.${body}.${createHmac("sha256", key).update(`${head}.${body}`).digest("base64url")}`;
  const forged = [
    "garbage",
    "a.b.c",
    "..",
    `${head}.${body}.`,
    `${head}.${body}`,
    `${head}.${base64({ ...claims, seq: claims.seq + 1 })}.${signature}`,
    `${base64({ alg: "none", typ: "JWT" })}.${body}.`,
    `${base64({ alg: "none", typ: "JWT" })}.${body}.${signature}`,
    `${base64({ alg: "HS512", typ: "JWT" })}.${body}.${signature}`,
    signedWith(""),
    signedWith("secret"),
    signedWith(Buffer.alloc(32)),
    `${head}.${body}.${"A".repeat(43)}`,
    "x".repeat(5000),
  ];
  for (const token of forged) {
    assertRefused(await phone.call("GET", "/api/me", { key: newKey(), token }), 401, "signed_out");
    assertRefused(
      await phone.call("POST", "/api/ticket", { key: newKey(), token }),
      401,
      "signed_out",
    );
  }
  assertRefused(
    await phone.call("GET", "/api/me", { key: newKey(), token: null }),
    401,
    "signed_out",
  );
  await phone.me();
});

test("signing out ends the session, clears the cookie and closes its sockets alone", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const tablet = await anotherPhoneOf(t, phone);
  await tablet.connect();
  const { token } = phone;
  const reply = await phone.logout();
  assert.equal(reply.text, "");
  assert.match(reply.headers["set-cookie"][0], /^colo_token_\d+=; .*Max-Age=0/);
  const { code, reason } = await phone.line.untilClosed();
  assert.equal(code, 4401);
  assert.equal(reason, "signed_out");
  assertRefused(await phone.call("GET", "/api/me", { key: newKey(), token }), 401, "signed_out");
  assertRefused(await phone.call("POST", "/api/logout", { key: newKey() }), 401, "signed_out");
  await tablet.join("main-chat");
});

test("the lost reply to signing out comes again, to a twin or later", async (t) => {
  const phone = await newPhone(t, colo);
  for (let round = 0; round < 5; ++round) {
    const device = await anotherPhoneOf(t, phone);
    const options = { key: newKey(), token: device.token };
    const logout = () => device.expect(204, "POST", "/api/logout", options);
    const replies = [...(await Promise.all([logout(), logout()])), await logout()];
    for (const reply of replies) assert.equal(reply.token, "");
    const other = { ...options, key: newKey() };
    assertRefused(await device.call("POST", "/api/logout", other), 401, "signed_out");
    assertRefused(await device.call("GET", "/api/me", options), 401, "signed_out");
  }
});

test("reading rooms and registering do not spend the token in the jar", async (t) => {
  const phone = await newPhone(t, colo);
  const { token } = phone;
  await phone.rooms();
  await phone.call("GET", "/");
  await phone.call("GET", "/healthz");
  assert.equal(phone.token, token);
  await phone.me();
});

test("many devices at once each keep their own session", async (t) => {
  const phone = await newPhone(t, colo);
  const devices = await Promise.all([1, 2, 3, 4].map(() => anotherPhoneOf(t, phone)));
  await Promise.all(
    [phone, ...devices].map(async (device) => {
      for (let i = 0; i < 20; ++i) assert.equal((await device.me()).username, phone.name);
    }),
  );
});
