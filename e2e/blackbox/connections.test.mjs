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
    this.socket = net.connect({ port: colo.port, host: "127.0.0.1", localAddress });
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

/** The server hears of a connection's end when it hears of it: then there is room again. */
async function untilAnswered(t, colo) {
  const deadline = performance.now() + patience_ms;
  while ((await new Caller(t, colo).asks()) !== "answered")
    assert.ok(performance.now() < deadline, "there was no room again");
}

test("one address holds so many connections and no more, and others have theirs", async (t) => {
  const colo = await startColo(t, { config: capped(), args: ["--shards", "2"] });
  const callers = [];
  for (let i = 0; i < 5; ++i) {
    callers.push(new Caller(t, colo));
    assert.equal(await callers.at(-1).asks(), "answered");
  }
  assert.equal(await new Caller(t, colo).asks(), "closed");
  assert.equal(await new Caller(t, colo, "127.0.0.2").asks(), "answered");
  for (const caller of callers) assert.equal(await caller.asks(), "answered");

  callers[0].socket.destroy();
  await untilAnswered(t, colo);

  for (let i = 0; i < 50; ++i) assert.equal(await new Caller(t, colo).asks(), "closed");
  await colo.stop();
  const said = colo.output().match(/warn.* security: 127\.0\.0\.1 has 5 connections open/g);
  assert.ok(said.length >= 1, colo.output());
  assert.ok(said.length < 25, `a flood of connections is no flood of lines: ${said.length}`);
});

test("a WebSocket counts as long as it is open", async (t) => {
  const colo = await startColo(t, { config: capped() });
  const phone = await newPhone(t, colo);
  for (let i = 0; i < 4; ++i) await phone.connect();
  await untilAnswered(t, colo); // the fifth, once the last call's own connection is gone
  assert.equal(await new Caller(t, colo).asks(), "closed");
  await phone.line.close();
  await untilAnswered(t, colo);
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
