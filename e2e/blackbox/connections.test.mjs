// How many connections one address may hold open, and for how long without a request.
import assert from "node:assert/strict";
import net from "node:net";
import { after, test } from "node:test";
import tls from "node:tls";
import { certificateFiles, tlsConfig } from "../harness/certificates.mjs";
import { patience_ms, startColo, usualConfig, within } from "../harness/colo.mjs";
import { newPhone } from "../harness/phone.mjs";

const certificate = await certificateFiles({ after });
const capped = (server = "") =>
  `[server]\n${server}\n${usualConfig.replace(/(connections_per_address) = .*/, "$1 = 5")}`;

/** A connection that can be asked whether it is welcome. */
class Caller {
  constructor(t, colo, localAddress = "127.0.0.1") {
    const where = { port: colo.port, host: "127.0.0.1", localAddress };
    this.socket = colo.url.startsWith("https:")
      ? tls.connect({ ...where, rejectUnauthorized: false })
      : net.connect(where);
    t.after(() => this.socket.destroy());
    this.closed = new Promise((tell) => {
      this.socket.once("close", () => tell("closed"));
      this.socket.once("error", () => tell("closed"));
    });
  }

  /** "answered", or "closed" by the server. */
  asks() {
    const answered = new Promise((tell) => this.socket.once("data", () => tell("answered")));
    this.socket.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    return within(Promise.race([answered, this.closed]), "there was an answer");
  }
}

/**
 * Asks on new connections until one is answered, and resolves with that. What the server has
 * not heard of or not finished yet still counts for a moment; a stalled connection would for 10 s.
 */
async function untilAnswered(t, colo) {
  const deadline = performance.now() + patience_ms / 2;
  for (;;) {
    const caller = new Caller(t, colo);
    if ((await caller.asks()) === "answered") return caller;
    assert.ok(performance.now() < deadline, "there was no room again");
  }
}

/** WebSockets of somebody who is signed in: connections that are in use. */
async function openSockets(t, colo, count) {
  const phone = await newPhone(t, colo);
  const lines = [];
  const deadline = performance.now() + patience_ms;
  while (lines.length < count) {
    // The connection of the call before may be counted a moment longer.
    const line = await phone.connect().catch((error) => {
      if (performance.now() > deadline) throw error;
    });
    if (line) lines.push(line);
  }
  return lines;
}

test("one address has so many connections in use and no more, and others have theirs", async (t) => {
  const colo = await startColo(t, { config: capped(), args: ["--shards", "2"] });
  const lines = await openSockets(t, colo, 5);
  assert.equal(await new Caller(t, colo).asks(), "closed");
  assert.equal(await new Caller(t, colo, "127.0.0.2").asks(), "answered");
  for (const line of lines) await line.join("main-chat");

  await lines[0].close();
  await untilAnswered(t, colo);
  // That one is idle now and makes room; those in use are not touched.
  await untilAnswered(t, colo);
  for (const line of lines.slice(1)) await line.join("scratch");
});

test("a flood of connections is no flood of lines", async (t) => {
  const colo = await startColo(t, { config: capped() });
  await openSockets(t, colo, 5);
  for (let i = 0; i < 50; ++i) assert.equal(await new Caller(t, colo).asks(), "closed");
  await colo.stop();
  const said = colo.output().match(/warn.* security: 127\.0\.0\.1 has 5 connections open/g);
  assert.ok(said.length >= 1, colo.output());
  assert.ok(said.length < 25, `${said.length} lines`);
});

for (const shards of ["1", "2"])
  test(`connections without a whole request shut out nobody, on ${shards} shards`, async (t) => {
    const plain = await startColo(t, { config: capped(), args: ["--shards", shards] });
    const sealed = await startColo(t, {
      config: tlsConfig(certificate).replace(/(connections_per_address) = .*/, "$1 = 5"),
      args: ["--shards", shards],
    });
    const hello = Buffer.from("1603010200010001fc0303", "hex");
    const head = "POST /api/login HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    const stalls = [
      [plain, ""],
      [plain, "GET /healthz HTTP/1.1\r\nX-Slow: "],
      [plain, `${head}Content-Length: 10\r\n\r\n{`],
      [plain, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n`],
      [plain, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"], // and then nothing
      [sealed, ""],
      [sealed, hello],
    ];
    for (const [colo, begun] of stalls) {
      const stalled = Array.from({ length: 5 }, () => net.connect(colo.port, "127.0.0.1"));
      for (const socket of stalled) {
        t.after(() => socket.destroy());
        socket.on("error", () => {}); // it made room
        if (socket.connecting)
          await within(new Promise((open) => socket.once("connect", open)), "it is open");
        if (begun.length > 0) await new Promise((written) => socket.write(begun, written));
      }
      for (let i = 0; i < 8; ++i) await untilAnswered(t, colo);
      for (const socket of stalled) socket.destroy();
    }
  });

test("the connection that has waited longest for a request makes room first", async (t) => {
  const colo = await startColo(t, { config: capped(), args: ["--shards", "1"] });
  const waiting = [];
  for (let i = 0; i < 5; ++i) waiting.push(await untilAnswered(t, colo));
  const used = waiting.shift();
  assert.equal(await used.asks(), "answered");
  for (const caller of [...waiting, used]) {
    await untilAnswered(t, colo);
    assert.equal(await within(caller.closed, "it made room"), "closed");
  }
});

test("a WebSocket that nobody signed in on makes room, and one that somebody did does not", async (t) => {
  const colo = await startColo(t, { config: capped() });
  const [line] = await openSockets(t, colo, 1);
  const phone = await newPhone(t, colo);
  const silent = [];
  for (let i = 0; i < 4; ++i) silent.push(await phone.dial());
  for (let i = 0; i < 8; ++i) await untilAnswered(t, colo);
  for (const one of silent) assert.equal((await one.untilClosed()).code, 1006);
  await line.join("main-chat");
});

test("a trusted proxy may have as many as it wants", async (t) => {
  const colo = await startColo(t, { config: capped('trusted_proxies = ["127.0.0.1"]') });
  for (let i = 0; i < 20; ++i) assert.equal(await new Caller(t, colo).asks(), "answered");
});

test("handshakes, headers and bodies that trickle in are given up within their time", async (t) => {
  const plain = await startColo(t);
  const sealed = await startColo(t, { config: tlsConfig(certificate) });
  const host = `127.0.0.1:${plain.port}`;
  const connect = (colo) => net.connect(colo.port, "127.0.0.1");
  const under = (colo) =>
    tls.connect({ port: colo.port, host: "127.0.0.1", rejectUnauthorized: false });
  const head = `POST /api/login HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
  const slow = [
    ["headers", connect(plain), "GET /healthz HTTP/1.1\r\nX-Slow: "],
    ["a body", connect(plain), `${head}Content-Length: 10000\r\n\r\n`],
    ["a body in pieces", connect(plain), `${head}Transfer-Encoding: chunked\r\n\r\n2000\r\n`],
    ["a handshake", connect(sealed), Buffer.from("1603010200010001fc0303", "hex")],
    ["no handshake", connect(sealed), ""],
    ["headers under TLS", under(sealed), "GET /healthz HTTP/1.1\r\nX-Slow: "],
  ];
  const given_up = slow.map(([what, socket, begun]) => {
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    const closed = new Promise((tell) => socket.once("close", tell));
    if (begun.length > 0) socket.write(begun);
    const trickle = begun.length > 0 ? setInterval(() => socket.write("x"), 500) : undefined;
    t.after(() => clearInterval(trickle));
    socket.resume();
    return within(closed, `${what} were given up`, 15_000);
  });
  await Promise.all(given_up);
});
