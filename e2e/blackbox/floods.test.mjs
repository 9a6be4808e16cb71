// Floods over WebSockets: a client that floods is slowed or closed, and the others are served
// meanwhile. Each test runs plain and under TLS.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { certificateFiles, tlsConfig } from "../harness/certificates.mjs";
import { startColo, usualConfig } from "../harness/colo.mjs";
import { drawing, stroke } from "../harness/drawings.mjs";
import { anotherPhoneOf, newPhone, newPhoneIn } from "../harness/phone.mjs";

/** Some 10 kB as protobuf. */
const large = drawing({
  strokes: [
    stroke({
      points: [1000, 700, ...Array.from({ length: 9000 }, (_, i) => (i % 4 < 2 ? 70 : -70))],
      pressure: [],
    }),
  ],
});

async function testFloods(name, usual) {
  const colo = await startColo({ after }, { config: usual });
  /** A server where a person may cost a hundredth of a core. */
  const strict = await startColo(
    { after },
    { config: usual.replace(/(cpu_percent_per_person) = .*/, "$1 = 1") },
  );

  test(`${name}: a first frame longer than a Hello is not read: 1009, also when it is a Hello`, async (t) => {
    const phone = await newPhone(t, colo);
    const hello = { ticket: await phone.ticket(), client: "x".repeat(240_000) };
    const line = await phone.dial();
    line.send({ hello });
    assert.equal((await line.untilClosed()).code, 1009);
    assert.deepEqual(line.heard, []);
    const binary = await phone.dial({ protocol: "colo.v1" });
    binary.socket.send(Buffer.alloc(2049));
    assert.equal((await binary.untilClosed()).code, 1009);
    // The ticket is as good as before.
    await phone.connect({ ticket: hello.ticket });
    // And now a frame may be as long as a drawing is.
    await phone.join("main-chat");
    await phone.draw("main-chat", { drawing: large });
  });

  test(`${name}: in fragments it is not read either`, async (t) => {
    const phone = await newPhone(t, colo);
    const line = await phone.dial();
    line.socket.send('{"hello":{"client":"', { fin: false });
    line.socket.send("x".repeat(2000), { fin: false });
    line.socket.send("x".repeat(2000), { fin: false });
    assert.equal((await line.untilClosed()).code, 1009);
  });

  test(`${name}: before Hello a few pings are answered, and then it is a flood`, async (t) => {
    const phone = await newPhone(t, colo);
    const line = await phone.dial();
    let pongs = 0;
    line.socket.on("pong", () => ++pongs);
    for (let i = 0; i < 16; ++i) line.socket.ping();
    line.socket.pong();
    assert.equal((await line.untilClosed()).code, 4429);
    assert.ok(pongs <= 16, `${pongs}`);
    const fragments = await phone.dial();
    for (let i = 0; i < 20; ++i) fragments.socket.send("", { fin: false });
    assert.equal((await fragments.untilClosed()).code, 4429);
  });

  test(`${name}: pings count as frames do`, async (t) => {
    const config = usual.replace(/(frames_per_second) = .*/, "$1 = 20");
    const few = await startColo(t, { config });
    for (const word of ["ping", "pong"]) {
      const phone = await newPhoneIn(t, few, "main-chat");
      for (let i = 0; i < 200; ++i) phone.line.socket[word]();
      assert.equal((await phone.line.untilClosed()).code, 4429);
    }
  });

  test(`${name}: a member who asks for page after page on many sockets waits, and nobody else does`, async (t) => {
    const room = "main-chat";
    const writer = await newPhoneIn(t, strict, room);
    for (let i = 0; i < 10; ++i) await writer.draw(room, { drawing: large });
    const flooder = await newPhone(t, strict);
    const other = await anotherPhoneOf(t, flooder);
    const lines = [];
    for (const phone of [flooder, flooder, flooder, flooder, other, other, other, other]) {
      const line = await phone.connect();
      await line.join(room);
      lines.push(line);
    }
    const asked = 50;
    for (let i = 0; i < asked; ++i)
      for (const line of lines) line.send({ history: { room, beforeSeq: 10 - (i % 5) } });
    const quiet = await newPhoneIn(t, strict, room);
    const watcher = await newPhoneIn(t, strict, room);
    for (let i = 0; i < 10; ++i) {
      const { seq } = await quiet.draw(room);
      await watcher.until((f) => f.message?.seq === seq);
    }
    const pages = lines.map((line) => line.heard.filter((f) => f.page).map((f) => f.page));
    const served = pages.flat().length;
    assert.ok(served < (lines.length * asked) / 2, `${served} pages meanwhile`);
    // Slowed, not closed, and in order.
    for (const line of lines) assert.equal(line.close_code, undefined);
    await lines[0].until((f) => f.page, 60_000);
    for (const some of pages)
      some.forEach((page, i) => {
        assert.equal(page.messages.at(-1).seq, 9 - (i % 5));
      });
  });

  test(`${name}: who comes and goes again and again is told of a few times, and then how it ended`, async (t) => {
    const watcher = await newPhoneIn(t, colo, "main-chat");
    const flooder = await newPhone(t, colo);
    await flooder.connect();
    for (let i = 0; i < 100; ++i) {
      await flooder.join("main-chat");
      flooder.line.leave("main-chat");
    }
    await flooder.join("main-chat");
    await watcher.line.settled("main-chat");
    const ofFlooder = () =>
      watcher.line.heard.filter((f) => f.presence?.user === flooder.name).map((f) => f.presence);
    assert.ok(ofFlooder().length <= 8, `${ofFlooder().length} notices of 201`);
    // The last that is told is how it is.
    while (ofFlooder().at(-1).change !== "CHANGE_JOINED")
      await watcher.until((f) => f.presence?.user === flooder.name, 20_000);
  });
}

const certificate = await certificateFiles({ after });
await testFloods("plain", usualConfig);
await testFloods("TLS", tlsConfig(certificate));
