// Deadlines of a connection that take a minute: they run side by side.
import assert from "node:assert/strict";
import net from "node:net";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startColo, usualConfig, within } from "../harness/colo.mjs";

// keep_alive_time and response_time of server/domain/limits.hpp, and time for a busy machine.
const minute_ms = 60_000 + 30_000;
const health = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

function connect(t, colo) {
  const socket = net.connect(colo.port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => {}); // "close" follows
  return socket;
}

/** "answered", or "closed" by the server, which has too many connections of this address. */
function ask(t, colo) {
  const socket = connect(t, colo);
  socket.write(health);
  const answer = new Promise((tell) => {
    socket.once("data", () => tell("answered"));
    socket.once("close", () => tell("closed"));
  });
  return within(answer, "there was an answer").finally(() => socket.destroy());
}

describe("a connection ends after a minute", { concurrency: true }, () => {
  test("without a further request", async (t) => {
    const colo = await startColo(t);
    const socket = connect(t, colo);
    socket.write(health);
    await within(new Promise((tell) => socket.once("data", tell)), "the first answer");
    await within(new Promise((tell) => socket.once("close", tell)), "it was closed", minute_ms);
  });

  test("whose responses are not read", async (t) => {
    const config = usualConfig.replace(/(connections_per_address) = .*/, "$1 = 1");
    const colo = await startColo(t, { config });
    const socket = connect(t, colo);
    socket.pause();
    // More than the kernel's buffers hold: the server waits in the middle of a response.
    const page = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    await new Promise((written) => socket.write(page.repeat(5_000), written));
    assert.equal(await ask(t, colo), "closed", "its place is taken");
    const deadline = performance.now() + minute_ms;
    while ((await ask(t, colo)) !== "answered") {
      assert.ok(performance.now() < deadline, "its place was not given back");
      await pause(500);
    }
  });
});
