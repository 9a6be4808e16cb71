// The WebSocket before and beside the rooms: handshake, Hello, bad frames, idling.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { drawing, newClientId } from "../harness/drawings.mjs";
import { newPhone, newPhoneIn, Phone, rawExchange, request } from "../harness/phone.mjs";

const colo = await startColo({ after });

/** The golden frames, as bytes. */
async function golden(name) {
  const file = new URL(`../../protocol/fixtures/${name}.json`, import.meta.url);
  return Buffer.from(JSON.parse(await readFile(file, "utf8")).hex, "hex");
}

/** ClientFrame{hello{ticket}} in protobuf's bytes. */
function binaryHello(ticket) {
  const text = Buffer.from(ticket);
  return Buffer.concat([Buffer.from([0x0a, text.length + 2, 0x0a, text.length]), text]);
}

async function assertCloses(line, code, reason) {
  const closed = await line.untilClosed();
  assert.equal(closed.code, code, closed.reason);
  if (reason) assert.match(closed.reason, reason);
}

test("the upgrade needs our Origin and a known Host", async () => {
  const phone = new Phone(colo);
  const Host = "evil.example";
  const refused = [
    { origin: null },
    { origin: "null" },
    { origin: "http://evil.example" },
    { origin: `http://127.0.0.1:${colo.port + 1}` },
    { origin: `http://${Host}`, headers: { Host } },
    { headers: { Host } },
  ];
  for (const how of refused) await assert.rejects(phone.dial(how), { status: 403 });
});

test("/ws without an upgrade is a refusal in words", async () => {
  const reply = await request(colo.url, { path: "/ws" });
  assert.ok([400, 426].includes(reply.status), `${reply.status}`);
  assert.match(reply.json.detail, /WebSocket/);
});

test("a handshake that is none is refused in words", async () => {
  const headers = {
    Origin: colo.url,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };
  const refused = [
    [{ "Sec-WebSocket-Key": "short" }, /Sec-WebSocket-Key must be 16 bytes/],
    [{ "Sec-WebSocket-Key": "" }, /Sec-WebSocket-Key must be 16 bytes/],
    [{ "Sec-WebSocket-Version": "8" }, /Sec-WebSocket-Version must be 13/],
  ];
  for (const [wrong, sentence] of refused) {
    const reply = await request(colo.url, { path: "/ws", headers: { ...headers, ...wrong } });
    assert.equal(reply.status, 400);
    assert.match(reply.json.detail, sentence);
  }
});

test("of the subprotocols offered, one of ours is chosen", async (t) => {
  const phone = await newPhone(t, colo);
  for (const [offered, chosen] of [
    ["colo.v1", "colo.v1"],
    ["colo.v1.json", "colo.v1.json"],
    [["colo.v2", "colo.v1.json", "colo.v1"], "colo.v1.json"],
  ]) {
    const line = await phone.dial({ protocol: offered });
    assert.equal(line.socket.protocol, chosen);
  }
});

/** The head of what an upgrade with exactly these lines is answered. */
async function upgrade(lines) {
  const ask = [
    "GET /ws HTTP/1.1",
    `Host: 127.0.0.1:${colo.port}`,
    `Origin: ${colo.url}`,
    ...lines,
    "\r\n",
  ];
  const came = await rawExchange(colo, ask.join("\r\n"), { until: /\r\n\r\n/ });
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(came);
  return { status: Number(status), protocol: /sec-websocket-protocol: (\S+)/i.exec(came)?.[1] };
}

const version = "Sec-WebSocket-Version: 13";
const aKey = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
const asking = ["Connection: Upgrade", "Upgrade: websocket", version, aKey];

test("all lines of a list are one list, whatever its spacing", async () => {
  const offer = (...lists) => lists.map((list) => `Sec-WebSocket-Protocol: ${list}`);
  for (const [lines, protocol] of [
    [offer("colo.v2", "colo.v1"), "colo.v1"],
    [offer("colo.v2", "soap,  wamp", "colo.v1.json"), "colo.v1.json"],
    [offer("colo.v1.json", "colo.v1"), "colo.v1.json"],
    [offer(" ,colo.v2\t,\t colo.v1 ,,"), "colo.v1"],
    [offer("colo.v1,colo.v1", "colo.v1"), "colo.v1"],
    [offer("colo.v10", "Colo.v1"), undefined],
    [offer("", ""), undefined],
  ])
    assert.deepEqual(await upgrade([...asking, ...lines]), { status: 101, protocol }, lines.join());
  for (const lines of [
    ["Connection: keep-alive", "Connection: Upgrade", "Upgrade: websocket"],
    ["Connection: x", "Connection: keep-alive ,\tUPGRADE", "Upgrade: h2c", "Upgrade: WebSocket"],
    ["Connection: upgrade", "Connection: upgrade", "Upgrade: h2c, websocket"],
  ])
    assert.equal((await upgrade([...lines, version, aKey])).status, 101, lines.join());
});

test("what may stand in an upgrade once, and is there twice, is refused", async () => {
  for (const twice of [version, aKey, "Sec-WebSocket-Key: BBBBBBBBBBBBBBBBBBBBBA=="])
    assert.equal((await upgrade([...asking, twice])).status, 400, twice);
});

test("a close is answered with its own code where that may be sent, else with 1002", async (t) => {
  const phone = await newPhone(t, colo);
  const closing = async (code) => {
    const line = await phone.dial();
    // Past the library, which sends no code that it does not know; the mask is zero.
    line.socket._socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, code >> 8, code & 0xff]));
    let answer;
    line.socket._receiver.once("conclude", (came) => {
      answer = came;
    });
    await line.untilClosed();
    return answer;
  };
  for (const code of [1000, 1001, 1007, 1013, 1014, 3000, 4999])
    assert.equal(await closing(code), code);
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])
    assert.equal(await closing(code), 1002, `${code}`);
});

test("Welcome tells who one is, how long one may idle, and the rooms", async (t) => {
  const phone = await newPhone(t, colo);
  const { welcome } = await phone.connect();
  assert.equal(welcome.user, phone.name);
  assert.equal(welcome.idleSeconds, 1800);
  assert.equal(welcome.admin, false);
  assert.deepEqual(
    welcome.rooms.map(({ id, persistent, capacity }) => ({ id, persistent, capacity })),
    [
      { id: "main-chat", persistent: true, capacity: 64 },
      { id: "scratch", persistent: false, capacity: 64 },
    ],
  );
});

test("a ticket is good once", async (t) => {
  const phone = await newPhone(t, colo);
  const ticket = await phone.ticket();
  await phone.connect({ ticket });
  const second = await phone.dial();
  second.send({ hello: { ticket } });
  await assertCloses(second, 4401, /ticket/);
  await phone.join("main-chat");
});

test("of two sockets with one ticket at the same instant one gets in", async (t) => {
  const phone = await newPhone(t, colo);
  for (let round = 0; round < 20; ++round) {
    const ticket = await phone.ticket();
    const lines = await Promise.all([phone.dial(), phone.dial()]);
    const came = await Promise.allSettled(lines.map((line) => line.hello(ticket)));
    assert.deepEqual(came.map((c) => c.status).sort(), ["fulfilled", "rejected"]);
    phone.hangUp();
  }
});

test("a garbage ticket is signed out", async (t) => {
  const phone = await newPhone(t, colo);
  for (const ticket of ["", "garbage", "x".repeat(1900), phone.token, "' OR 1=1 --", undefined]) {
    const line = await phone.dial();
    line.send({ hello: { ticket } });
    await assertCloses(line, 4401, /ticket/);
  }
});

test("any other first frame closes the socket", async (t) => {
  const phone = await newPhone(t, colo);
  for (const frame of [
    { join: { room: "main-chat" } },
    { active: {} },
    { send: { room: "main-chat", clientId: newClientId(), drawing: drawing() } },
  ]) {
    const line = await phone.dial();
    line.send(frame);
    await assertCloses(line, 4400);
    assert.deepEqual(line.heard, []);
  }
});

test("Hello is said once", async (t) => {
  const phone = await newPhone(t, colo);
  await phone.connect();
  phone.line.send({ hello: { ticket: await phone.ticket() } });
  await assertCloses(phone.line, 4400);
});

test("frames that cannot be read, or are of no known type, close the socket", async (t) => {
  const phone = await newPhone(t, colo);
  const texts = [
    "",
    "nonsense",
    "[]",
    "null",
    "42",
    "{",
    "{}",
    '{"unknown":{}}',
    '{"join":"main-chat"}',
    '{"join":{"room":7e99}}',
    '{"join":{},"leave":{}}',
    "[".repeat(50_000),
  ];
  for (const text of texts) {
    for (const early of [true, false]) {
      const line = early ? await phone.dial() : await phone.connect();
      line.socket.send(text);
      // Before Hello only as much as that is read.
      await assertCloses(line, early && text.length > 2048 ? 1009 : 4400);
    }
  }
});

test("colo.v1 takes binary and colo.v1.json takes text", async (t) => {
  const phone = await newPhone(t, colo);
  const binary = await phone.dial({ protocol: "colo.v1" });
  binary.send({ hello: { ticket: await phone.ticket() } });
  await assertCloses(binary, 4400);
  const text = await phone.dial();
  text.socket.send(binaryHello(await phone.ticket()), { binary: true });
  await assertCloses(text, 4400);
});

test("colo.v1 speaks protobuf, and refuses what is none", async (t) => {
  const phone = await newPhone(t, colo);
  const open = async () => {
    const line = await phone.dial({ protocol: "colo.v1" });
    line.socket.send(binaryHello(await phone.ticket()));
    const welcome = await line.until((f) => f.bytes);
    assert.equal(welcome[0], 0x0a);
    assert.ok(welcome.includes(phone.name));
    return line;
  };
  const line = await open();
  line.socket.send(Buffer.from("120b0a096d61696e2d63686174", "hex")); // Join main-chat
  assert.equal((await line.until((f) => f.bytes))[0], 0x12); // Joined
  line.socket.send(await golden("client-send"));
  const answer = await line.until((f) => f.bytes?.[0] === 0x2a && f.bytes);
  assert.ok(answer.includes("no_such_message")); // it remixes one that is not there
  for (const bytes of ["", "ff", "0a", "0affffffff0f", "12ff01", "1207", "9a060161", "6461"]) {
    const next = await open();
    next.socket.send(Buffer.from(bytes, "hex"));
    await assertCloses(next, 4400);
  }
});

test("the largest drawing fits into a binary frame", async (t) => {
  const phone = await newPhone(t, colo);
  const line = await phone.dial({ protocol: "colo.v1" });
  line.socket.send(binaryHello(await phone.ticket()));
  await line.until((f) => f.bytes?.[0] === 0x0a);
  line.socket.send(Buffer.from("120b0a096d61696e2d63686174", "hex")); // Join main-chat
  await line.until((f) => f.bytes?.[0] === 0x12);
  const largest = (points) => {
    const stroke = new BinaryWriter().uint32(8).int32(1).uint32(24).uint32(8).uint32(50).fork();
    for (let i = 0; i < points; ++i)
      stroke.sint32(i ? 0 : 2000).sint32(i ? (i % 2 ? 1 : -1) : 1500);
    const send = new BinaryWriter();
    send.uint32(10).string("main-chat").uint32(18).bytes(randomBytes(16)).uint32(26).fork();
    send.uint32(8).uint32(1).uint32(26).bytes(stroke.join().finish()).join();
    return new BinaryWriter().uint32(34).bytes(send.finish()).finish();
  };
  const answer = () =>
    line.until((f) => (f.bytes?.[0] === 0x22 || f.bytes?.[0] === 0x2a) && f.bytes);
  assert.ok(largest(20_000).length < 64 * 1024);
  line.socket.send(largest(20_000));
  assert.equal((await answer())[0], 0x22); // Accepted
  line.socket.send(largest(20_001));
  assert.ok((await answer()).includes("drawing_too_big"));
});

test("fields that a later version adds are ignored", async (t) => {
  const phone = await newPhone(t, colo);
  const line = await phone.connect();
  line.send({ join: { room: "main-chat", later: { deep: [1] } }, alsoLater: 1 });
  await line.until((f) => f.joined);
});

test("a frame too big to be read is not read", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  phone.line.socket.send(`{"send":{"caption":"${"x".repeat(1_000_000)}"}}`);
  const { code } = await phone.line.untilClosed();
  assert.ok([1009, 4400].includes(code), `${code}`);
});

test("a big frame that draws nothing closes the socket, one that draws is refused in words", async (t) => {
  const phone = await newPhoneIn(t, colo, "main-chat");
  const clientId = newClientId();
  phone.line.post("main-chat", { clientId, caption: "x".repeat(100_000) });
  const rejected = await phone.until((f) => f.rejected);
  assert.equal(rejected.code, "drawing_too_big");
  assert.equal(rejected.clientId, clientId);
  await phone.draw("main-chat");
  phone.line.send({ join: { room: "x".repeat(100_000) } });
  await assertCloses(phone.line, 4400);
});

test("flooding closes the socket, and only that", async (t) => {
  const config = usualConfig.replace(/(frames_per_second) = .*/, "$1 = 20");
  const strict = await startColo(t, { config });
  const [flooder, other] = [
    await newPhoneIn(t, strict, "main-chat"),
    await newPhoneIn(t, strict, "main-chat"),
  ];
  for (let i = 0; i < 200; ++i)
    flooder.line.send({ pen: { room: "main-chat", down: i % 2 === 0 } });
  await assertCloses(flooder.line, 4429);
  const left = await other.until((f) => f.presence?.change === "CHANGE_LEFT" && f.presence);
  assert.equal(left.user, flooder.name);
  await other.draw("main-chat");
  await flooder.connect();
});

test("too many drawings are refused with the time to wait, and lose nothing", async (t) => {
  const config = usualConfig.replace(/(drawings_per_minute) = .*/, "$1 = 120");
  const strict = await startColo(t, { config });
  const phone = await newPhoneIn(t, strict, "main-chat");
  const sent = [];
  for (let i = 0; i < 130; ++i) sent.push(phone.line.post("main-chat"));
  const { clientId, code, retryAfterMs, reason } = await phone.until((f) => f.rejected);
  assert.equal(code, "slow_down");
  assert.ok(sent.includes(clientId));
  assert.ok(retryAfterMs > 0 && retryAfterMs <= 500, `${retryAfterMs}`);
  assert.match(reason, /\.$/);
});

test("who does nothing for idle_timeout is signed out, and Active or a drawing puts it off", async (t) => {
  const config = `[session]\nidle_timeout = "1s"\n${usualConfig}`;
  const quick = await startColo(t, { config });
  const began = performance.now();
  const idler = await newPhoneIn(t, quick, "main-chat");
  const watcher = await newPhoneIn(t, quick, "main-chat");
  assert.equal(idler.line.welcome.idleSeconds, 1);
  let active = true;
  const acting = setInterval(() => {
    if (!active) return;
    watcher.line.send({ active: {} });
    watcher.line.post("main-chat");
  }, 100);
  t.after(() => clearInterval(acting));
  await assertCloses(idler.line, 4401, /^idle$/);
  assert.ok(performance.now() - began >= 1000);
  const left = await watcher.until((f) => f.presence?.change === "CHANGE_LEFT" && f.presence);
  assert.equal(left.user, idler.name);
  const reply = await idler.call("GET", "/api/me", { key: "k".repeat(16) });
  assert.equal(reply.json.code, "signed_out");

  const later = await newPhone(t, quick);
  await later.connect();
  await assertCloses(later.line, 4401, /^idle$/); // and the watcher outlived it, too
  assert.equal(watcher.line.close_code, undefined);
  active = false;
  await assertCloses(watcher.line, 4401, /^idle$/);
});
