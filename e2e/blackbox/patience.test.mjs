// What takes its time, by the server's clock: all of it at once.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { startColo } from "../harness/colo.mjs";
import { newKey, newPhone, newPhoneIn, rawExchange } from "../harness/phone.mjs";

const colo = await startColo({ after });
const seconds = (since) => (performance.now() - since) / 1000;

describe("with the real times", { concurrency: true }, () => {
  test("a socket that does not say Hello is closed after 5 s", async (t) => {
    const phone = await newPhone(t, colo);
    const lines = await Promise.all([phone.dial(), phone.dial({ protocol: "colo.v1" })]);
    const began = performance.now();
    for (const line of lines) assert.equal((await line.untilClosed(9000)).code, 4408);
    assert.ok(seconds(began) > 4);
  });

  test("a header or a body that dawdles is cut off after 10 s", async () => {
    const began = performance.now();
    const head = `POST /api/login HTTP/1.1\r\nHost: 127.0.0.1:${colo.port}\r\nOrigin: ${colo.url}\r\n`;
    const dawdlers = [
      head,
      `${head}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{"user`,
    ];
    await Promise.all(dawdlers.map((bytes) => rawExchange(colo, bytes, { ms: 14_000 })));
    assert.ok(seconds(began) > 5, "a slow phone has some time");
  });

  test("the token just spent is a late tab's for 10 s, and then a thief's", async (t) => {
    const phone = await newPhoneIn(t, colo);
    const old = phone.tokens.at(-2);
    const began = performance.now();
    for (;;) {
      const reply = await phone.call("GET", "/api/me", { key: newKey(), token: old });
      assert.equal(reply.headers["set-cookie"], undefined);
      if (reply.status === 401) {
        assert.equal(reply.json.code, "token_replayed");
        break;
      }
      assert.equal(reply.json.code, "token_spent");
      assert.ok(seconds(began) < 14);
      await new Promise((later) => setTimeout(later, 200));
    }
    assert.ok(seconds(began) > 8);
    assert.equal((await phone.line.untilClosed()).code, 4401);
  });

  test("a ticket is good for 15 s", async (t) => {
    const phone = await newPhone(t, colo);
    const tickets = [];
    for (let i = 0; i < 20; ++i) tickets.push(await phone.ticket());
    const began = performance.now();
    let refusal;
    while (!refusal) {
      assert.ok(tickets.length > 0, `good for ${seconds(began)} s and more`);
      const line = await phone.dial();
      const came = line.hello(tickets.pop());
      refusal = await came.then(
        () => null,
        () => line.untilClosed(),
      );
      if (!refusal) await new Promise((later) => setTimeout(later, 1000));
    }
    assert.equal(refusal.code, 4401);
    assert.ok(seconds(began) > 13, `${seconds(began)} s`);
    await phone.connect();
  });

  test("who dropped and does not come back within 20 s has left, and a temporary room with them", async (t) => {
    const watcher = await newPhoneIn(t, colo, "main-chat");
    const person = await newPhoneIn(t, colo, "main-chat", "scratch");
    const { epoch } = await person.join("scratch");
    await person.draw("scratch");
    await person.line.drop();
    const began = performance.now();
    const left = (f) => f.presence?.change === "CHANGE_LEFT" && f.presence.user === person.name;
    await watcher.until(left, 30_000);
    assert.ok(seconds(began) > 18, `${seconds(began)} s`);
    await person.connect();
    const joined = await person.join("scratch", { afterSeq: 1, epoch });
    assert.equal(joined.reset, true);
    assert.deepEqual(joined.messages, []);
  });
});
