// Hostile strings in every text field: each is stored and given back to the letter,
// or refused with a sentence; the server lives, and its log stays clean.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Asker } from "../harness/asker.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { newClientId } from "../harness/drawings.mjs";
import { hostileStrings, isText, jsonOf } from "../harness/hostile.mjs";
import { cookieName, newKey, newName, newPhone, Phone } from "../harness/phone.mjs";

const seed = Number(process.env.COLO_SEED ?? 20_261_122);
console.log(`# COLO_SEED=${seed}`);
const strings = hostileStrings(10_000, seed);

const colo = await startColo({ after }, { config: `[server]\nlog = "debug"\n${usualConfig}` });

const askers = Array.from({ length: 16 }, () => new Asker(colo));
after(() => {
  for (const asker of askers) asker.end();
});

/**
 * Makes a request of each string and checks that it is refused with a sentence and
 * one of `codes`.
 * @returns {Promise<Map<string, object[]>>} the strings, by the code they were refused with
 */
async function refuseAll(some, requestOf, codes) {
  const by = new Map(codes.map((code) => [code, []]));
  let next = 0;
  const work = async (asker) => {
    while (next < some.length) {
      const one = some[next++];
      const { status, head, text } = await asker.ask(requestOf(one));
      const what = `${JSON.stringify(one.text?.slice(0, 200))} ${one.bytes.toString("hex", 0, 100)}`;
      assert.match(
        head,
        /^content-type: application\/problem\+json/im,
        `${what}: ${status} ${head}`,
      );
      const problem = JSON.parse(text);
      assert.ok(by.has(problem.code), `${what}: ${text}`);
      assert.equal(problem.status, status);
      assert.ok(problem.detail.length > 10, text);
      assert.doesNotMatch(head, /set-cookie/i);
      by.get(problem.code).push(one);
    }
  };
  await Promise.all(askers.map(work));
  return by;
}

function requestWith({ method = "POST", path = "/api/register", headers = {}, body = "" }) {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${colo.port}`,
    `Origin: ${colo.url}`,
  ];
  const head = [Buffer.from(`${lines.join("\r\n")}\r\n`)];
  if (method === "POST")
    head.push(Buffer.from(`Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`));
  for (const [name, value] of Object.entries(headers))
    head.push(Buffer.from(`${name}: `), Buffer.from(value), Buffer.from("\r\n"));
  return Buffer.concat([...head, Buffer.from("\r\n"), Buffer.from(body)]);
}

/** {"name": <hostile>, …} */
const bodyWith = (name, value, others = {}) =>
  Buffer.concat([
    Buffer.from(`{${JSON.stringify(name)}:`),
    value,
    Buffer.from(`,${JSON.stringify(others).slice(1)}`),
  ]);

/** In a header no line may end; what follows would be another header. */
const inOneLine = ({ bytes }) => Buffer.from(bytes.filter((byte) => byte !== 13 && byte !== 10));

const tooBig = ({ bytes }) => bytes.length > 16_000;

test("as a username: refused, or a name like any other", async () => {
  const by = await refuseAll(
    strings,
    (one) => requestWith({ body: bodyWith("username", jsonOf(one), { password: "short" }) }),
    ["bad_username", "bad_request", "body_too_large", "bad_password"],
  );
  assert.ok(by.get("bad_request").every((one) => !isText(one)));
  assert.ok(by.get("body_too_large").every((one) => jsonOf(one).length > 16_000));
  // Those refused for their password only are names. Some are tried in earnest.
  const names = by.get("bad_password");
  assert.ok(names.length > 20 && by.get("bad_username").length > 5000);
  for (const { text } of names.slice(0, 25)) {
    const phone = new Phone(colo, { name: text });
    const { name: username, password } = phone;
    const reply = await phone.call("POST", "/api/register", { json: { username, password } });
    if (reply.status === 409) continue;
    assert.equal(reply.status, 201, reply.text);
    assert.equal(reply.json.username, text.normalize("NFC"));
    await phone.login();
    assert.equal((await phone.me()).username, text.normalize("NFC"));
  }
});

const isPassword = (one) => isText(one) && one.bytes.length >= 8 && one.bytes.length <= 128;

test("as a password: refused, or good for signing in, to the letter", async () => {
  const username = newName();
  await refuseAll(
    strings.filter((one) => !isPassword(one)),
    (one) => requestWith({ body: bodyWith("password", jsonOf(one), { username }) }),
    ["bad_password", "bad_request", "body_too_large"],
  );
  for (const { text } of strings.filter(isPassword).slice(0, 25)) {
    const phone = await new Phone(colo, { password: text }).register();
    await phone.login();
    const json = { username: phone.name, password: `${text}!` };
    assert.equal((await phone.call("POST", "/api/login", { json })).json.code, "bad_credentials");
  }
});

test("as a name that nobody has, when signing in: refused like any", async () => {
  const some = strings.filter((one) => isText(one) && !tooBig(one)).slice(0, 100);
  await refuseAll(
    some,
    (one) =>
      requestWith({
        path: "/api/login",
        body: bodyWith("username", jsonOf(one), { password: "12345678" }),
      }),
    ["bad_credentials", "too_many_requests", "busy"],
  );
});

test("as a key in JSON, or instead of it: refused", async () => {
  await refuseAll(
    strings,
    (one) =>
      requestWith({ body: Buffer.concat([Buffer.from("{"), jsonOf(one), Buffer.from(":1}")]) }),
    ["bad_request", "body_too_large"],
  );
  await refuseAll(strings, ({ bytes }) => requestWith({ body: bytes }), [
    "bad_request",
    "body_too_large",
  ]);
});

test("as an Idempotency-Key: refused", async () => {
  await refuseAll(
    strings,
    (one) =>
      requestWith({
        method: "GET",
        path: "/api/me",
        headers: { "Idempotency-Key": inOneLine(one), Cookie: `${cookieName(colo.url)}=x` },
      }),
    ["idempotency_missing", "signed_out", "bad_request", "headers_too_large"],
  );
});

test("as a token, and as what a browser calls itself: nobody is signed in", async () => {
  await refuseAll(
    strings,
    (one) =>
      requestWith({
        path: "/api/ticket",
        headers: {
          Cookie: Buffer.concat([Buffer.from(`${cookieName(colo.url)}=`), inOneLine(one)]),
          "Idempotency-Key": newKey(),
          "User-Agent": inOneLine(one).subarray(0, 1000),
        },
      }),
    ["signed_out", "bad_request", "headers_too_large"],
  );
});

test("as a path, a Host or an Origin: refused", async () => {
  const some = strings.slice(0, 2000);
  await refuseAll(
    some.filter(isText),
    ({ text }) =>
      requestWith({ method: "GET", path: `/api/${encodeURIComponent(text).slice(0, 4000)}` }),
    ["not_found"],
  );
  for (const name of ["Host", "Origin"])
    await refuseAll(
      some,
      (one) =>
        Buffer.concat([
          Buffer.from(`POST /api/login HTTP/1.1\r\n${name}: `),
          inOneLine(one),
          Buffer.from(
            `\r\n${name === "Host" ? `Origin: ${colo.url}` : `Host: 127.0.0.1:${colo.port}`}\r\n` +
              "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
          ),
        ]),
      ["origin_refused", "bad_request", "headers_too_large"],
    );
});

test("as an invite's code: it is none", async () => {
  for (const one of strings.filter(isText).slice(0, 100)) {
    const reply = await new Phone(colo).call("POST", "/api/registration", {
      body: bodyWith("invite", jsonOf(one), { asked: "kindly" }),
      headers: { "Content-Type": "application/json" },
    });
    if (tooBig(one)) continue;
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json.invite, one.text === "" ? "none" : "gone");
  }
  await refuseAll(
    strings
      .filter(isText)
      .filter(({ text }) => text !== "" && jsonOf({ text }).length < 15_000)
      .slice(100, 200),
    (one) =>
      requestWith({
        body: bodyWith("invite", jsonOf(one), { username: newName(), password: "12345678" }),
      }),
    ["invite_gone", "body_too_large"],
  );
});

test("as an invite's note: shown to the letter, or refused", async () => {
  const [, invite] = /#\/setup\/(\S+)/.exec(colo.output());
  const admin = new Phone(colo);
  const { name: username, password } = admin;
  await admin.expect(201, "POST", "/api/register", { json: { username, password, invite } });
  const kept = [];
  for (const { text } of strings.filter((one) => isText(one) && !tooBig(one)).slice(0, 300)) {
    const reply = await admin.call("POST", "/api/invites", { key: newKey(), json: { note: text } });
    if (reply.status === 201) kept.push(text);
    else assert.equal(reply.json.code, "bad_invite_request", reply.text);
  }
  assert.ok(kept.length > 50 && kept.length < 300, `${kept.length} kept`);
  const { invites } = (await admin.expect(200, "GET", "/api/invites", { key: newKey() })).json;
  assert.deepEqual(invites.map(({ note }) => note).sort(), kept.sort());
});

test("as a new password: good for signing in, to the letter", async (t) => {
  const phone = await newPhone(t, colo);
  for (const { text } of strings.filter(isPassword).slice(25, 35)) {
    const json = { password: phone.password, new_password: text };
    await phone.expect(204, "POST", "/api/password", { key: newKey(), json });
    phone.password = text;
    await phone.login();
  }
});

/** What protocol/http-api.md says of captions. */
function fateOfCaption(text) {
  if ([...text].length > 280) return "caption_too_long";
  return /[\p{Cc}\p{Zl}\p{Zp}\u202d\u202e]/u.test(text) ? "caption_characters" : "accepted";
}

/** Sends all, a hundred under way at once; hears one answer to each. */
async function inTurns(some, send, hear) {
  for (let begin = 0; begin < some.length; begin += 100) {
    const turn = some.slice(begin, begin + 100);
    turn.forEach(send);
    for (const one of turn) await hear(one);
  }
}

test("as a caption: given back to the letter, or refused", async (t) => {
  const phone = await newPhone(t, colo);
  const line = await phone.connect();
  await line.join("main-chat");
  const captions = strings.filter(isText).map(({ text }) => ({ text, clientId: newClientId() }));
  const kept = [];
  await inTurns(
    captions,
    ({ text, clientId }) => line.post("main-chat", { caption: text, clientId }),
    async ({ text, clientId }) => {
      const answer = await line.until(
        (f) => (f.accepted ?? f.rejected)?.clientId === clientId && (f.accepted ?? f.rejected),
      );
      assert.equal(answer.code ?? "accepted", fateOfCaption(text), JSON.stringify(text));
      if (answer.seq) kept.push(text);
      else assert.ok(answer.reason.length > 10);
      line.fresh = line.fresh.filter((f) => !f.message);
    },
  );
  assert.ok(kept.length > 3000);
  const readBack = [];
  for (let more = true; more; ) {
    const page = await line.join("main-chat", { afterSeq: readBack.length || undefined });
    if (readBack.length === 0 && page.more) {
      // The newest page: from the beginning, then.
      readBack.push(...(await line.history("main-chat", 51, 50)).messages.map((m) => m.caption));
      continue;
    }
    readBack.push(...page.messages.map((m) => m.caption));
    more = page.more;
  }
  assert.deepEqual(readBack, kept);
});

test("as a room: there is none of that name", async (t) => {
  const phone = await newPhone(t, colo);
  const line = await phone.connect();
  const frames = [
    (room) => ({ join: { room } }),
    (room) => ({ history: { room, beforeSeq: 10 } }),
    (room) => ({ delete: { room, seq: 1 } }),
    (room) => ({ send: { room, clientId: newClientId() } }),
  ];
  let turn = 0;
  await inTurns(
    strings.filter(isText),
    ({ text }) => line.send(frames[turn++ % frames.length](text)),
    async () => {
      const { code, reason } = await line.until((f) => f.rejected);
      assert.match(code, /^(unknown_room|not_in_room|drawing_\w+)$/);
      assert.ok(reason.length > 10);
    },
  );
  await line.join("scratch");
});

test("as a ticket, and as what a client calls itself", async (t) => {
  const phone = await newPhone(t, colo);
  for (const { text } of strings.filter(isText).slice(0, 100)) {
    const line = await phone.dial();
    const hello = JSON.stringify({ hello: { ticket: text, client: text } });
    line.socket.send(hello);
    const tooLong = Buffer.byteLength(hello) > 2048;
    const refused = tooLong ? { code: 1009, reason: "" } : { code: 4401, reason: "ticket" };
    assert.deepEqual(await line.untilClosed(), refused);
  }
  const names = strings.filter((one) => isText(one) && jsonOf(one).length < 1900);
  for (const { text } of names.slice(0, 60)) {
    const ticket = await phone.ticket();
    const line = await phone.dial();
    line.send({ hello: { ticket, client: text } });
    await line.until((f) => f.welcome);
    await line.close();
  }
});

test("as what is no text at all, in a frame: the socket is closed, and only that", async (t) => {
  const phone = await newPhone(t, colo);
  for (const one of strings.filter((one) => !isText(one)).slice(0, 60)) {
    const line = await phone.connect();
    await line.join("main-chat");
    const frame = [Buffer.from('{"send":{"room":"main-chat","caption":'), jsonOf(one)];
    line.socket.send(Buffer.concat([...frame, Buffer.from("}}")]), { binary: false });
    const { code } = await line.untilClosed();
    assert.ok(code === 4400 || code === 1007, `${code} for ${one.bytes.toString("hex")}`);
  }
  await phone.me();
});

test("and the server is well, and nothing hostile stands raw in its log", async (t) => {
  assert.ok(colo.isRunning());
  const phone = await newPhone(t, colo);
  await phone.connect();
  await phone.join("main-chat");
  const caption = newName("after");
  await phone.draw("main-chat", { caption });
  const [, log] = colo.output().split("Ctrl-C stops it.\n");
  assert.ok(log.split("\n").length > 200, "it was written down");
  const raw = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/u;
  const dirty = log.split("\n").filter((line) => raw.test(line));
  assert.deepEqual(dirty, []);
  assert.doesNotMatch(log, /^security: admin/m);
});
