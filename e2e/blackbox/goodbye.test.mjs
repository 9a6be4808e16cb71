// Closing so that the last words arrive, whatever is still on its way to the server.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import net from "node:net";
import { after, test } from "node:test";
import tls from "node:tls";
import { certificateFiles, tlsConfig } from "../harness/certificates.mjs";
import { startColo, within } from "../harness/colo.mjs";

const certificate = await certificateFiles({ after });
const colos = {
  "plain http": await startColo({ after }),
  TLS: await startColo({ after }, { config: tlsConfig(certificate) }),
};

/** A connection that takes what the server says, and says on after the server has closed. */
class HalfOpen {
  #look = () => {};
  came = Buffer.alloc(0);
  ended = false;

  constructor(colo) {
    const { port } = new URL(colo.url);
    const how = { host: "127.0.0.1", port: Number(port), allowHalfOpen: true };
    this.socket = colo.url.startsWith("https")
      ? tls.connect({ ...how, rejectUnauthorized: false })
      : net.connect(how);
    this.failed = new Promise((_, fail) => this.socket.once("error", fail));
    this.failed.catch(() => {});
    this.socket.on("data", (part) => {
      this.came = Buffer.concat([this.came, part]);
      this.#look();
    });
    this.socket.once("end", () => {
      this.ended = true;
      this.#look();
    });
  }

  until(matches, what) {
    const found = new Promise((tell) => {
      this.#look = () => matches(this) && tell();
      this.#look();
    });
    return within(Promise.race([found, this.failed]), what);
  }

  write(bytes) {
    const written = new Promise((tell, fail) =>
      this.socket.write(bytes, (error) => (error ? fail(error) : tell())),
    );
    return within(Promise.race([written, this.failed]), "the bytes were taken");
  }

  async close() {
    const closed = new Promise((tell) => this.socket.once("close", tell));
    this.socket.end();
    await within(Promise.race([closed, this.failed]), "the connection was closed");
  }
}

/** Sends what was left to say after the server's goodbye, piece by piece. */
async function goOnTalking(line, bytes) {
  for (let sent = 0; sent < bytes; sent += 16_384) {
    await line.write(Buffer.alloc(16_384, "x"));
    // The server's kernel would answer a piece that nobody reads with a reset.
    await new Promise((soon) => setImmediate(soon));
  }
}

for (const [name, colo] of Object.entries(colos)) {
  const { host } = new URL(colo.url);

  test(`over ${name} a frame too big to be read gets its 1009, however slowly it is sent`, async (t) => {
    const line = new HalfOpen(colo);
    t.after(() => line.socket.destroy());
    await line.write(
      `GET /ws HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${colo.url}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: colo.v1\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
    );
    await line.until(({ came }) => came.includes("\r\n\r\n"), "the upgrade was answered");
    line.came = Buffer.alloc(0);

    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(1_000_000n);
    const head = Buffer.concat([Buffer.from([0x82, 0xff]), size, Buffer.alloc(4)]);
    await line.write(Buffer.concat([head, Buffer.alloc(50_000)]));
    // A close frame of two bytes, 1009, and no more to come (RFC 6455 §5.5.1).
    await line.until(({ came }) => came.length >= 4, "the close frame came");
    await goOnTalking(line, 900_000);
    await line.until(({ ended }) => ended, "the server had no more to say");
    assert.equal(line.came.toString("hex", 0, 4), "880203f1");
    await line.close();
  });

  test(`over ${name} a body too big to be read gets its 413, however slowly it is sent`, async (t) => {
    const line = new HalfOpen(colo);
    t.after(() => line.socket.destroy());
    await line.write(
      `POST /api/login HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${colo.url}\r\n` +
        `Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`,
    );
    await line.until(({ came }) => came.includes("\r\n\r\n"), "the refusal came");
    await goOnTalking(line, 900_000);
    await line.until(({ ended }) => ended, "the server had no more to say");
    assert.match(line.came.toString(), /^HTTP\/1\.1 413 .*"body_too_large"/s);
    await line.close();
  });
}
